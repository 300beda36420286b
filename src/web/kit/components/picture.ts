// A picture in every width and format it was made in, with its size set so that nothing jumps while it loads.
import { type Html, html } from '../../../lib/html.ts';
import { PICTURE_WIDTHS, type PictureFormat, type PictureWidth } from '../../../modules/catalog/index.ts';

export type ShownPicture = { pictureId: string; width: number; height: number; alt: string };

export function mediaUrl(pictureId: string, width: PictureWidth, format: PictureFormat): string {
  return `/media/${pictureId}-${width}.${format}`;
}

function sourceSet(pictureId: string, format: PictureFormat): string {
  return PICTURE_WIDTHS.map((width) => `${mediaUrl(pictureId, width, format)} ${width}w`).join(', ');
}

/** The size a picture has when it is scaled to a width. */
export function scaledSize(shown: ShownPicture, width: number): { width: number; height: number } {
  return { width, height: Math.max(1, Math.round((shown.height * width) / Math.max(1, shown.width))) };
}

/**
 * `sizes` as in HTML: how wide it is shown. `first` is for what a visitor sees at once: it is fetched early and with
 * priority, all others when they come near the view.
 */
export function picture(shown: ShownPicture, sizes: string, when: 'first' | 'lazy', alt = shown.alt): Html {
  const { width, height } = scaledSize(shown, 640);
  return html`<picture><source type="image/avif" srcset="${sourceSet(shown.pictureId, 'avif')}" sizes="${sizes}"><img src="${mediaUrl(shown.pictureId, 640, 'webp')}" srcset="${sourceSet(shown.pictureId, 'webp')}" sizes="${sizes}" width="${width}" height="${height}" alt="${alt}" ${
    when === 'first' ? html`fetchpriority="high"` : html`loading="lazy" decoding="async"`
  }></picture>`;
}

/** Where there is no picture: the shop's tile, so that the grid keeps its rhythm. */
export const noPicture: Html = html`<svg class="no-picture" viewBox="0 0 32 32" width="640" height="640" role="img" aria-label="No picture"><path d="M16 6l2.9 2.9h4.2v4.2L26 16l-2.9 2.9v4.2h-4.2L16 26l-2.9-2.9H8.9v-4.2L6 16l2.9-2.9V8.9h4.2z"/></svg>`;

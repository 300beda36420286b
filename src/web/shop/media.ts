// GET /media/<picture>-<width>.<format>: the shop's pictures. A picture's address names its content, so it never changes.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import { ensurePicture, PICTURE_WIDTHS, type PictureFormat, type PictureWidth } from '../../modules/catalog/index.ts';
import { IMMUTABLE } from '../kit/cache-control.ts';
import type { App, Shop } from '../kit/shop.ts';

const FILE = /^([0-9a-z-]{1,64})-(\d{3,4})\.(avif|webp)$/;

const schema = {
  tags: ['shop'],
  summary: 'A picture',
  params: Type.Object({ file: Type.String({ maxLength: 100 }) }),
};

export function mediaRoutes(app: App, shop: Shop): void {
  app.get('/media/:file', { schema }, async (request, reply) => {
    const asked = parseFile(request.params.file);
    const file = asked && (await ensurePicture(shop.picturesDirectory, asked.pictureId, asked.width, asked.format));
    const size = file && (await sizeOf(file));
    if (!asked || !file || size === undefined) throw problem('not-found');
    return reply
      .type(`image/${asked.format}`)
      .header('cache-control', IMMUTABLE)
      .header('content-length', size)
      .send(createReadStream(file));
  });
}

export function parseFile(file: string): { pictureId: string; width: PictureWidth; format: PictureFormat } | undefined {
  const [, pictureId, widthText, formatText] = FILE.exec(file) ?? [];
  const width = PICTURE_WIDTHS.find((one) => String(one) === widthText);
  if (!pictureId || !width) return undefined;
  return { pictureId, width, format: formatText === 'avif' ? 'avif' : 'webp' };
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}

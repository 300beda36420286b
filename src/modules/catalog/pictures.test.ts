import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { ensurePicture } from './ensure-picture.ts';
import { PICTURE_FORMATS, PICTURE_WIDTHS, pictureFile, storePicture } from './pictures.ts';

async function openDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'souk-pictures-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

function plain(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: '#c0392b' } });
}

async function sizesOnDisk(directory: string, pictureId: string): Promise<Record<string, string>> {
  const sizes: Record<string, string> = {};
  for (const format of PICTURE_FORMATS) {
    for (const width of PICTURE_WIDTHS) {
      const file = pictureFile(directory, pictureId, width, format);
      assert.ok(file && existsSync(file));
      const metadata = await sharp(file).metadata();
      assert.equal(metadata.exif, undefined);
      sizes[`${width}.${format}`] = `${metadata.width}x${metadata.height}`;
    }
  }
  return sizes;
}

test('a picture is stored in three widths and two formats, upright and without what the camera noted', async (t) => {
  const directory = await openDirectory(t);
  const sideways = await plain(1600, 800)
    .jpeg()
    .withExif({ IFD0: { Copyright: 'somebody' } })
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const outcome = await storePicture(directory, sideways);
  assert.ok(outcome.kind === 'stored');
  assert.deepEqual([outcome.width, outcome.height], [800, 1600]);
  assert.match(outcome.pictureId, /^[0-9a-f]{32}$/);
  const sizes = { 320: '320x640', 640: '640x1280', 1200: '800x1600' };
  assert.deepEqual(
    await sizesOnDisk(directory, outcome.pictureId),
    Object.fromEntries(
      PICTURE_FORMATS.flatMap((format) => Object.entries(sizes).map(([width, size]) => [`${width}.${format}`, size])),
    ),
  );
});

test('the same picture again is the same files, also when many bring it at once', async (t) => {
  const directory = await openDirectory(t);
  const bytes = await plain(50, 40).png().toBuffer();
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => storePicture(directory, bytes)));
  const [first] = outcomes;
  assert.ok(first?.kind === 'stored');
  assert.deepEqual(outcomes, Array(5).fill(first));
  const folder = join(directory, first.pictureId.slice(0, 2));
  const written = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);
  const before = written();
  assert.equal(before.length, 6);
  assert.deepEqual(await storePicture(directory, bytes), first);
  assert.deepEqual(written(), before);
});

test('odd pictures are taken as they should be', async (t) => {
  const directory = await openDirectory(t);
  const animated = await sharp([await plain(20, 10).png().toBuffer(), await plain(20, 10).png().toBuffer()], {
    join: { animated: true },
  })
    .webp()
    .toBuffer();
  const odd: Record<string, [bytes: Buffer, size: string]> = {
    'one pixel': [await plain(1, 1).png().toBuffer(), '1x1'],
    CMYK: [await plain(30, 20).toColourspace('cmyk').jpeg().toBuffer(), '30x20'],
    gray: [await plain(30, 20).toColourspace('b-w').png().toBuffer(), '30x20'],
    'sixteen bits': [await plain(30, 20).toColourspace('rgb16').png().toBuffer(), '30x20'],
    transparent: [await plain(30, 20).ensureAlpha(0.5).webp().toBuffer(), '30x20'],
    AVIF: [await plain(30, 20).avif().toBuffer(), '30x20'],
    animated: [animated, '20x10'],
    'a long strip': [await plain(100, 60_000).png().toBuffer(), '4x2400'],
    'a wide strip': [await plain(60_000, 100).png().toBuffer(), '1200x2'],
  };
  for (const [name, [bytes, size]] of Object.entries(odd)) {
    const outcome = await storePicture(directory, bytes);
    assert.ok(outcome.kind === 'stored', `${name}: ${JSON.stringify(outcome)}`);
    assert.equal(`${outcome.width}x${outcome.height}`, size, name);
    const { '1200.avif': avif, '1200.webp': webp } = await sizesOnDisk(directory, outcome.pictureId);
    assert.deepEqual([avif, webp], [size, size], name);
  }
  const gray = await storePicture(directory, odd.gray?.[0] ?? Buffer.alloc(0));
  assert.ok(gray.kind === 'stored');
  const { channels } = await sharp(pictureFile(directory, gray.pictureId, 320, 'webp')).metadata();
  assert.equal(channels, 3);
});

test('what is no picture, too large or damaged is refused and leaves no file', async (t) => {
  const directory = await openDirectory(t);
  const jpeg = await plain(400, 400).jpeg().toBuffer();
  const notAPicture = 'not a JPEG, PNG, WebP or AVIF picture';
  const damaged = 'damaged, or more than 40 megapixels';
  const bad: [bytes: Buffer, reason: string][] = [
    [Buffer.alloc(0), notAPicture],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), notAPicture],
    [Buffer.from('GIF89a'), notAPicture],
    [await plain(9, 9).tiff().toBuffer(), notAPicture],
    [jpeg.subarray(0, jpeg.length / 2), damaged],
    [Buffer.concat([jpeg.subarray(0, 3), Buffer.alloc(500, 7)]), damaged],
    [await plain(8_000, 5_001).png({ compressionLevel: 1 }).toBuffer(), damaged],
    [Buffer.alloc(10 * 1024 * 1024 + 1), 'larger than 10 MB'],
  ];
  for (const [bytes, reason] of bad)
    assert.deepEqual(await storePicture(directory, bytes), { kind: 'refused', reason });
  assert.deepEqual(readdirSync(directory), []);
});

test('only a picture id names a file', () => {
  const id = 'a'.repeat(32);
  assert.equal(pictureFile('/p', id, 320, 'avif'), `/p/aa/${id}-320.avif`);
  for (const bad of ['', '../../etc/passwd', `${id}/..`, id.toUpperCase(), `${id}a`, 'demo-..', `${id}\n`]) {
    assert.equal(pictureFile('/p', bad, 320, 'avif'), undefined);
  }
  assert.equal(pictureFile('/p', id, 321 as 320, 'avif'), undefined);
  assert.equal(pictureFile('/p', id, 320, 'png' as 'avif'), undefined);
});

test('a demo picture is drawn once, however many ask for it at first', async (t) => {
  const directory = await openDirectory(t);
  const id = 'demo-1f3a7-0-0';
  const files = await Promise.all(Array.from({ length: 8 }, () => ensurePicture(directory, id, 320, 'webp')));
  const file = pictureFile(directory, id, 320, 'webp');
  assert.ok(file);
  assert.deepEqual(files, Array(8).fill(file));
  assert.deepEqual(readdirSync(join(directory, 'de')), [`${id}-320.webp`]);
  const { width, height, format } = await sharp(file).metadata();
  assert.deepEqual([width, height, format], [320, 320, 'webp']);
  assert.equal(await ensurePicture(directory, 'a'.repeat(32), 320, 'webp'), undefined);
  assert.equal(await ensurePicture(directory, '../x', 320, 'webp'), undefined);
});

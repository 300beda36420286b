import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { formatDemoPicture, isDemoPicture, POSES, parseDemoPicture } from './picture-id.ts';
import { renderDemoPicture } from './render-picture.ts';
import { SCENES } from './scenes.ts';

const shoe = { emoji: '1f45f', tint: 14, palette: 3, scene: 2, jitter: 200, pose: 0 };

test('a picture id says all that is drawn and comes back as it was', () => {
  const sofa = { emoji: '1f6cb-fe0f', tint: 35, palette: 31, scene: 15, jitter: 255, pose: 2 };
  assert.deepEqual(parseDemoPicture(formatDemoPicture(shoe)), shoe);
  assert.deepEqual(parseDemoPicture(formatDemoPicture(sofa)), sofa);
  assert.equal(formatDemoPicture(shoe), 'demo-1f45f-1c32c8-0');
});

test('what is no demo picture is refused', async () => {
  const foreign = [
    '',
    'demo-',
    'demo-1f45f-1c32c8-3',
    'demo-1f45f-01-0',
    'demo-1f45f-800000-0',
    'demo-../x-1-0',
    '9f86d081884c7d65',
  ];
  for (const pictureId of foreign) assert.equal(isDemoPicture(pictureId), false, pictureId);
  await assert.rejects(renderDemoPicture('demo-../x-1-0', 320), RangeError);
});

test('every scene is drawn in every pose, square and opaque, at the width asked for', async () => {
  for (const [scene] of SCENES.entries()) {
    for (let pose = 0; pose < POSES; pose++) {
      const image = await renderDemoPicture(formatDemoPicture({ ...shoe, scene, pose }), 96);
      const { info } = await image.raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.channels], [96, 96, 3], `scene ${scene}, pose ${pose}`);
    }
  }
});

test('the same id gives the same bytes, and each part of it another picture', async () => {
  const bytes = async (picture: typeof shoe) =>
    (await (await renderDemoPicture(formatDemoPicture(picture), 64)).raw().toBuffer()).toString('base64');
  const changes = [{}, { emoji: '1f45e' }, { tint: 0 }, { palette: 4 }, { scene: 3 }, { jitter: 1 }, { pose: 1 }];
  const drawn = await Promise.all(changes.map((change) => bytes({ ...shoe, ...change })));
  assert.equal(new Set(drawn).size, changes.length);
  assert.equal(await bytes(shoe), drawn[0]);
});

test('a red shoe is red', async () => {
  const image = await renderDemoPicture(formatDemoPicture({ ...shoe, palette: 0, scene: 0 }), 320);
  const { data, info } = await sharp(await image.png().toBuffer())
    .extract({ left: 140, top: 150, width: 40, height: 40 })
    .resize(1, 1)
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  assert.ok((data[0] ?? 0) > (data[1] ?? 0) + 50 && (data[0] ?? 0) > (data[2] ?? 0) + 50, [...data].join());
});

// node src/checks/picture-rehearsal.ts REPORT.html: the figures and charts of a rehearsal's report into docs/screenshots/rehearsal.png.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { findBrowser, launchBrowser } from './browser.ts';

const PICTURE = join(import.meta.dirname, '../../docs/screenshots/rehearsal.png');
const WIDTH_PX = 1_200;
const MARGIN_PX = 16;
const COLOURS = 256; // a third of the bytes, and no difference that one sees
// Text, since it runs in the browser. Without the list of promises, which is long and says what PASS says.
const END_OF_CHARTS = `document.getElementById('drop').getBoundingClientRect().bottom`;

const [report] = process.argv.slice(2);
const found = findBrowser(process.env);
if (report === undefined || found.kind === 'missing') {
  console.error(
    found.kind === 'missing' ? found.advice : 'Which report? It is the file that souk rehearse names last.',
  );
  process.exit(1);
}
const browser = await launchBrowser(found.file);
try {
  const page = await browser.newPage({ viewport: { width: WIDTH_PX, height: 2_000 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(resolve(report)).href);
  const height = Math.ceil(await page.evaluate<number>(END_OF_CHARTS)) + MARGIN_PX;
  const shot = await page.screenshot({ clip: { x: 0, y: 0, width: WIDTH_PX, height } });
  await sharp(shot).png({ palette: true, colours: COLOURS, effort: 8 }).toFile(PICTURE);
  console.log(PICTURE);
} finally {
  await browser.close();
}

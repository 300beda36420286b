// Finds the machine's Chromium or Chrome for the browser tests, and starts it. npm brings none.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const DIRECTORIES = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'];
const MAC_APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
// Quiet on the network, and able to run as root in a container.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

export type BrowserSearch = { kind: 'found'; file: string } | { kind: 'missing'; advice: string };

/** CHROME_PATH first, then the usual names in the usual places. */
export function findBrowser(environment: NodeJS.ProcessEnv): BrowserSearch {
  const { CHROME_PATH: chosen, PATH: path = '' } = environment;
  if (chosen) {
    return isProgram(chosen)
      ? { kind: 'found', file: chosen }
      : { kind: 'missing', advice: `CHROME_PATH is ${chosen}, which is no program that can be run.` };
  }
  const directories = [...DIRECTORIES, ...path.split(delimiter).filter((directory) => directory !== '')];
  const file = [
    ...directories.flatMap((directory) => NAMES.map((name) => join(directory, name))),
    ...MAC_APPLICATIONS,
  ].find(isProgram);
  if (file) return { kind: 'found', file };
  return {
    kind: 'missing',
    advice:
      'No Chromium or Chrome was found. Install one (Debian, Ubuntu: "apt-get install chromium"), or name one with CHROME_PATH.',
  };
}

export function launchBrowser(file: string): Promise<Browser> {
  return chromium.launch({ executablePath: file, args: ARGUMENTS });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

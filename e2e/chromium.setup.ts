import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { installByDebian, tryTo } from './debian.ts';

declare module 'vitest' {
  interface ProvidedContext {
    chromiumPath: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromiumPath', await ensureChromium());
}

/** Found on this machine, or installed: by Playwright, else by the system's package manager. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium();
  if (found) {
    return found;
  }
  const attempts = [installByPlaywright, () => installByDebian('chromium')];
  for (const attempt of attempts) {
    await attempt();
    const installed = findChromium();
    if (installed) {
      return installed;
    }
  }
  throw new Error(
    'the browser tests need a Chromium: none is on the PATH, Playwright could not download one, and only root on Debian may install the package "chromium"; install one, or set CHROMIUM_PATH to it',
  );
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    process.env.CHROMIUM_PATH ?? '',
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    chromium.executablePath(),
  ];
  return candidates.find((path) => path !== '' && existsSync(path));
}

function installByPlaywright(): Promise<void> {
  return tryTo('downloading a Chromium by Playwright', () =>
    promisify(execFile)('playwright-core', ['install', '--with-deps', '--only-shell', 'chromium'], {
      timeout: 120_000,
    }),
  );
}

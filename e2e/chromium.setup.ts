import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    chromiumPath: string;
  }
}

export default function setup(project: TestProject): void {
  project.provide('chromiumPath', ensureChromium());
}

/** Found on this machine, or installed: by Playwright, else by the system's package manager. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) {
    return found;
  }
  const attempts = [installByPlaywright, installByDebian];
  for (const attempt of attempts) {
    attempt();
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

function installByPlaywright(): void {
  tryTo('downloading a Chromium by Playwright', () => {
    execFileSync('playwright-core', ['install', '--with-deps', '--only-shell', 'chromium'], {
      stdio: 'pipe',
      timeout: 120_000,
    });
  });
}

function installByDebian(): void {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    return;
  }
  tryTo(
    `installing the package "chromium" (Debian ${readFileSync('/etc/debian_version', 'utf8').trim()})`,
    () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'pipe', env });
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
        stdio: 'pipe',
        env,
      });
    },
  );
}

function tryTo(what: string, install: () => void): void {
  console.log(`set-up: ${what}`);
  try {
    install();
  } catch (error) {
    console.log(`set-up: ${what} failed: ${(error as Error).message.split('\n')[0]}`);
  }
}

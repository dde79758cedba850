import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

export const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const SIDEWAYS = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** A page with which nothing is wrong: for axe in light and in dark, sideways on a phone, in the console. */
export const FLAWLESS = { light: [], dark: [], sideways: 0, complaints: [] };

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** What the browser reported: errors of scripts, breaches of the Content-Security-Policy. */
  complaints: string[];
}

/** Hears from now on what the browser objects to. */
export async function observe({ context, page }: Omit<Visitor, 'complaints'>): Promise<Visitor> {
  const complaints: string[] = [];
  // Not for the page's sake: the machine may be slow.
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium logs every answer of 400 and above; a refusal is an answer like any other.
    const isAnswer = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isAnswer) {
      complaints.push(message.text());
    }
  });
  // An init script is the way past our own policy, which lets nobody add a script to a page.
  await context.addInitScript({ content: axe.source });
  return { context, page, complaints };
}

/** Asks axe in light and dark, and whether a phone would have to scroll sideways. */
export async function inspect({ page, complaints }: Visitor): Promise<object> {
  await page.setViewportSize(PHONE);
  const sideways = await page.evaluate(SIDEWAYS);
  await picture(page, 'phone');
  await page.setViewportSize(DESKTOP);
  const light = await askAxe(page, 'light');
  const dark = await askAxe(page, 'dark');
  return { light, dark, sideways, complaints: complaints.splice(0) };
}

const SCREENS = process.env.SCREENS ? join(import.meta.dirname, 'screens') : null;

/** For people who want to look: `SCREENS=1 npx vitest run --project e2e`. */
async function picture(page: Page, view: 'phone' | 'light' | 'dark'): Promise<void> {
  const { currentTestName = '' } = expect.getState();
  const name = currentTestName.split(' > ').at(-1)?.replace(/\W+/g, '-');
  if (SCREENS) {
    await page.screenshot({ path: join(SCREENS, `${name}.${view}.png`), fullPage: true });
  }
}

async function askAxe(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  await picture(page, colorScheme);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ nodes }) =>
    nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
  );
}

import axe, { type AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

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
  page.setDefaultTimeout(5000);
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
  await page.setViewportSize(DESKTOP);
  const light = await askAxe(page, 'light');
  const dark = await askAxe(page, 'dark');
  return { light, dark, sideways, complaints: complaints.splice(0) };
}

async function askAxe(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ nodes }) =>
    nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
  );
}

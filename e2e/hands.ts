import type { Keyboard, Locator } from 'playwright-core';
import type { Visitor } from './inspection.ts';

/** What people do with a page, and what they look for to know that it is there. */

export async function click(
  visitor: Visitor,
  name: string | RegExp,
  text: string,
): Promise<Visitor> {
  await button(visitor, name).click();
  return expectHeading(visitor, text);
}

export async function expectHeading(visitor: Visitor, text: string): Promise<Visitor> {
  await visitor.page.locator('h1, h2, h3, legend', { hasText: text }).first().waitFor();
  // What a page fetches belongs to it.
  await visitor.page.waitForLoadState('networkidle');
  return visitor;
}

export function button({ page }: Visitor, name: string | RegExp): Locator {
  return page.getByRole('button', { name, exact: true });
}

export function field({ page }: Visitor, label: string): Locator {
  return page.getByLabel(label, { exact: true });
}

/** Waits until the page itself has moved the focus there. */
export async function focused(control: Locator): Promise<Locator> {
  await control.and(control.page().locator(':focus')).waitFor();
  return control;
}

export async function press(control: Locator, key = 'Enter'): Promise<void> {
  await (await reach(control)).press(key);
}

/** What a field held before is selected when Tab arrives there, and gives way; a list goes to what begins like it. */
export async function type(control: Locator, text: string): Promise<void> {
  await (await reach(control)).type(text);
}

/** Tab, until the control has the focus and shows it. */
async function reach(control: Locator): Promise<Keyboard> {
  const { keyboard } = control.page();
  await control.waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await control.and(control.page().locator(':focus-visible')).count()) {
      return keyboard;
    }
    await keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${control}`);
}

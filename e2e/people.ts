import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface Details {
  name: string;
  email: string;
  username: string;
}

export const ADA: Details = { name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada' };
export const ALAN: Details = { name: 'Alan Turing', email: 'alan@example.com', username: 'alan' };

/** Fills in who they are and makes a passkey; ends on the dashboard. */
export async function enrol(
  page: Page,
  url: string,
  { name, email, username }: Details,
): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Email', { exact: true }).fill(email);
  await page.getByLabel('Username', { exact: true }).fill(username);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
}

/** An administrator's page makes an invite and tells the link. */
export async function invite(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  const link = page.getByRole('textbox', { name: /link/i });
  await link.waitFor();
  const url = await link.inputValue();
  expect(url).toContain('/signup/');
  await page.keyboard.press('Escape');
  return url;
}

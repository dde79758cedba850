import { inject } from 'vitest';
import { launchChromium, openBrowser, type PersonAtBrowser } from '../browser.ts';
import { ADA } from '../people.ts';
import { kubectl } from './kubectl.ts';
import { forward } from './port-forward.ts';
import {
  APP_URL,
  APPLICATION_PORT,
  APPLICATION_URL,
  certificate,
  HOST,
  NAMESPACE,
} from './stage.ts';

export interface Visit {
  ada: PersonAtBrowser;

  /** The way to what stands in front ends with its pod; this finds the next one. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

/** Somebody outside of the cluster: the public name leads to what stands in front of Permiso. */
export async function visit(): Promise<Visit> {
  let front = await forward(NAMESPACE, 'front', { to: 443 });
  const { port } = front;
  const chromium = await launchChromium(
    inject('chromiumPath'),
    (await certificate).chromiumFlag,
    `--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${port}`,
  );
  return {
    ada: await openBrowser(chromium),
    async reconnect() {
      await front.stop();
      front = await forward(NAMESPACE, 'front', { port, to: 443 });
    },
    async close() {
      await chromium.close();
      await front.stop();
    },
  };
}

/** Becomes the administrator, with the code that Helm says where to find. */
export async function setUp({ page }: PersonAtBrowser): Promise<void> {
  const code = await kubectl(
    ...['get', 'secret', 'permiso-bootstrap-code', '-n', NAMESPACE],
    ...['-o', 'go-template={{index .data "bootstrap-code" | base64decode}}'],
  );
  await page.goto(`${APP_URL}/setup`);
  await page.getByLabel('Bootstrap code', { exact: true }).fill(code);
  await page.getByLabel('Name', { exact: true }).fill(ADA.name);
  await page.getByLabel('Email', { exact: true }).fill(ADA.email);
  await page.getByLabel('Username', { exact: true }).fill(ADA.username);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
}

interface SignedIn {
  claims: Record<string, unknown>;
  userinfo: Record<string, unknown>;
}

/** Opens the application in its pod and comes back from Permiso, by a passkey if need be. */
export async function openApplication(
  { page }: PersonAtBrowser,
  buttons: string[],
): Promise<SignedIn> {
  const application = await forward(NAMESPACE, 'wiki', { port: APPLICATION_PORT, to: 80 });
  try {
    await page.goto(APPLICATION_URL);
    for (const name of buttons) {
      await page.getByRole('button', { name }).click();
    }
    await page.waitForURL((at) => at.pathname === '/callback');
    return JSON.parse((await page.textContent('body')) ?? '');
  } finally {
    await application.stop();
  }
}

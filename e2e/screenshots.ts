import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium, openBrowser } from './browser.ts';
import { ensureChromium } from './chromium.setup.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

/** Takes the pictures of the README from a Permiso of its own: `node e2e/screenshots.ts`. */

const IMAGES = resolve(import.meta.dirname, 'images');
const VIEWPORT = { width: 1280, height: 800 };
const MARGIN = 40;

/** Only where this font is installed; a system without it shows its own. */
const FONT = 'Inter';

const APPLICATIONS = ['Argo CD', 'Forgejo', 'Grafana', 'Harbor', 'Wiki'];
const CLOSED = 'Vault';

const permiso = await Permiso.create();
try {
  await mkdir(IMAGES, { recursive: true });
  await preferFont();
  await permiso.start();
  await declareApplications();
  await takePictures();
} finally {
  await permiso.remove();
}

/** Chromium asks fontconfig what "system-ui" is; on a bare Linux the answer is not pretty. */
async function preferFont(): Promise<void> {
  const path = join(permiso.folder, 'fonts.conf');
  const alias = (family: string) =>
    `<match target="pattern"><test name="family"><string>${family}</string></test><edit name="family" mode="prepend" binding="strong"><string>${FONT}</string></edit></match>`;
  await writeFile(
    path,
    `<?xml version="1.0"?><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>${alias('system-ui')}${alias('sans-serif')}</fontconfig>`,
  );
  process.env.FONTCONFIG_FILE = path;
}

async function declareApplications(): Promise<void> {
  await permiso.writeManifest(
    'clients.yaml',
    APPLICATIONS.map((name) => manifest(name)).join('---'),
  );
  await permiso.writeManifest('closed.yaml', manifest(CLOSED, 'mode: Groups, groups: [security]'));
  for (const name of [...APPLICATIONS, CLOSED]) {
    await permiso.process.line(`resource=apps/${toId(name)}`);
  }
}

function manifest(name: string, access = 'mode: Everyone'): string {
  const host = `https://${toId(name)}.example.com`;
  return `
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: ${toId(name)}, namespace: apps }
spec:
  displayName: ${name}
  launchURL: ${host}
  callbackURLs: ['${host}/callback']
  access: { ${access} }
`;
}

function toId(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

async function takePictures(): Promise<void> {
  const chromium = await launchChromium(await ensureChromium());
  const options = { viewport: VIEWPORT, reducedMotion: 'reduce', colorScheme: 'light' } as const;
  const { page } = await openBrowser(chromium, options);
  const stranger = await (await chromium.newContext(options)).newPage();

  await enrol(page, `${permiso.url}/setup`, ADA);
  await page.reload();
  await page.getByRole('link', { name: 'Wiki' }).waitFor();
  await takeOfDashboard(page, 'dashboard-light.png');
  await page.emulateMedia({ colorScheme: 'dark' });
  await takeOfDashboard(page, 'dashboard-dark.png');
  await page.emulateMedia({ colorScheme: 'light' });

  await takeOfCard(stranger, { url: '/login', name: 'sign-in.png' });
  await takeOfCard(page, { url: authorize('Wiki'), name: 'consent.png' });
  await takeOfCard(page, { url: authorize(CLOSED), name: 'refusal.png' });
  await chromium.close();
}

function authorize(application: string): string {
  const id = toId(application);
  return `/oauth/authorize?${new URLSearchParams({
    client_id: `apps.${id}`,
    redirect_uri: `https://${id}.example.com/callback`,
    response_type: 'code',
    scope: 'openid profile email groups',
    // The example of RFC 7636, appendix B; nobody will redeem the code.
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })}`;
}

/** As wide as the window, and no higher than what is on it. */
async function takeOfDashboard(page: Page, name: string): Promise<void> {
  const last = await page.getByRole('listitem').last().boundingBox();
  const height = Math.ceil((last?.y ?? 0) + (last?.height ?? 0) + MARGIN);
  await take(page, name, { x: 0, y: 0, width: VIEWPORT.width, height });
}

/** The card, the words around it, and some air. */
async function takeOfCard(page: Page, { url, name }: { url: string; name: string }): Promise<void> {
  await page.goto(permiso.url + url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const top = await page.getByRole('banner').locator('svg').boundingBox();
  const card = await page.getByRole('main').boundingBox();
  const footer = await page.getByRole('contentinfo').locator('> *').boundingBox();
  if (!top || !card || !footer) {
    throw new Error(`nothing to take a picture of at ${url}`);
  }
  const y = Math.floor(top.y - MARGIN);
  await take(page, name, {
    x: Math.floor(card.x - MARGIN),
    y,
    width: Math.ceil(card.width + 2 * MARGIN),
    height: Math.ceil(footer.y + footer.height + MARGIN - y),
  });
}

type Clip = { x: number; y: number; width: number; height: number };

async function take(page: Page, name: string, clip: Clip): Promise<void> {
  const path = join(IMAGES, name);
  await page.screenshot({ path, clip, animations: 'disabled' });
  console.log(`e2e/images/${name}: ${Math.ceil((await stat(path)).size / 1000)} kB`);
}

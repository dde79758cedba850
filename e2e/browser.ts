import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchChromium(executablePath: string, ...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

export interface PersonAtBrowser {
  context: BrowserContext;
  page: Page;
  close(): Promise<void>;
}

/** A person with a device of their own: a browser profile, and a passkey provider that says yes by itself. */
export async function openBrowser(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<PersonAtBrowser> {
  const context = await browser.newContext(options);
  // The virtual authenticator answers autofill although nobody chose anything; these people press the button.
  await context.addInitScript(
    'if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false',
  );
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { context, page, close: () => context.close() };
}

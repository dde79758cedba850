import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser, type PersonAtBrowser } from './browser.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { findFreePort, Permiso } from './permiso.ts';
import { type KubeCluster, startKubeCluster } from './relying-parties/kubernetes.ts';
import { INSTALLATION_MS, readExample } from './relying-parties/relying-party.ts';
import { createCertificate, startTlsFront } from './tls-front.ts';
import type { TlsServer } from './tls-server.ts';

const ENGINEERING = `
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: engineering, namespace: apps }
spec: { members: [ada] }
`;

describe('a Kubernetes API server that knows people from Permiso', () => {
  let permiso: Permiso;
  let front: TlsServer;
  let cluster: KubeCluster;
  let chromium: Browser;
  let ada: PersonAtBrowser;
  let alan: PersonAtBrowser;

  beforeAll(async () => {
    const port = await findFreePort();
    const settings = { APP_URL: `https://localhost:${port}`, TRUST_PROXY: '127.0.0.1/32' };
    permiso = await Permiso.create(settings);
    const certificate = createCertificate(permiso.folder);
    front = await startTlsFront(certificate, { port, to: permiso.port });
    chromium = await launchChromium(inject('chromiumPath'), certificate.chromiumFlag);
    [ada, alan] = [await openBrowser(chromium), await openBrowser(chromium)];
    await permiso.start();
    await permiso.writeManifest('engineering.yaml', ENGINEERING);
    await permiso.writeManifest('kubernetes.yaml', await readExample('kubernetes.yaml', {}));
    await permiso.process.line('resource=apps/kubernetes');
    await enrol(ada.page, `${permiso.url}/setup`, ADA);
    await enrol(alan.page, await invite(ada.page), ALAN);
    cluster = await startKubeCluster(permiso, certificate);
    await cluster.apply('kubernetes.rbac.yaml');
  }, INSTALLATION_MS);

  afterAll(async () => {
    await cluster?.stop();
    await chromium.close();
    front.stop();
    await permiso.remove();
  });

  test('calls somebody by user name and groups after a sign-in with a passkey', async () => {
    await ada.context.clearCookies();
    const whoami = await cluster.kubectl('auth', 'whoami');
    await ada.page.goto(addressIn(await whoami.line('Open https://')));
    await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await ada.page.getByRole('button', { name: 'Allow' }).click();
    await whoami.gone;

    expect(whoami.output()).toMatch(/Username +permiso:ada/);
    expect(whoami.output()).toMatch(/Groups +\[permiso:engineering system:authenticated\]/);
  });

  test('lets somebody in the group engineering list namespaces', async () => {
    const list = await cluster.kubectl('get', 'namespaces');
    await ada.page.goto(addressIn(await list.line('Open https://')));
    await list.gone;

    expect(list.output()).toMatch(/kube-system +Active/);
    expect(list.child.exitCode).toBe(0);
  });

  test('forbids it to somebody outside the group, by name', async () => {
    const list = await cluster.kubectl('get', 'namespaces');
    await alan.page.goto(addressIn(await list.line('Open https://')));
    await alan.page.getByRole('button', { name: 'Allow' }).click();
    await list.gone;

    expect(list.output()).toContain('User "permiso:alan" cannot list resource "namespaces"');
    expect(list.child.exitCode).toBe(1);
  });
});

function addressIn(line: string): string {
  return line.slice(line.indexOf('https://'));
}

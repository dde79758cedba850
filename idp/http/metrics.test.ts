import type { AddressInfo } from 'node:net';
import { describe, expect } from 'vitest';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
import { test as appTest, ORIGIN } from '../testing/test.ts';
import { createMetrics, type Metrics, serveMetrics } from './metrics.ts';

interface MeasuredFixtures {
  metrics: Metrics;
  measured: Awaited<ReturnType<typeof createApp>>;
}

const test = appTest.extend<MeasuredFixtures>({
  metrics: async ({ database }, use) => {
    await use(createMetrics(database));
  },
  measured: async ({ services, metrics }, use) => {
    const app = await createApp({ ...services, metrics });
    await use(app);
    await app.close();
  },
});

describe('the metrics of the IdP', () => {
  test('count answers by the template of their route, of oidc-provider as well', async ({
    measured,
    metrics,
  }) => {
    await measured.inject('/interaction/somebody-made-this-up/details');
    await measured.inject('/nothing/here/either');
    await measured.inject('/.well-known/jwks.json');
    await measured.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=authorization_code',
    });

    const lines = (await metrics.registry.metrics()).split('\n');
    expect(lines.filter((line) => line.startsWith('permiso_idp_request_total'))).toEqual([
      'permiso_idp_request_total{route="/interaction/:uid/details",method="GET",status="4xx"} 1',
      'permiso_idp_request_total{route="unknown",method="GET",status="4xx"} 1',
      'permiso_idp_request_total{route="/.well-known/jwks.json",method="GET",status="2xx"} 1',
      'permiso_idp_request_total{route="/oauth/token",method="POST",status="4xx"} 1',
    ]);
    expect(lines).toContain(
      'permiso_idp_request_seconds_count{route="/oauth/token",method="POST",status="4xx"} 1',
    );
  });

  test('count sign-ins by their result', async ({ measured, metrics, signUp }) => {
    const { authenticator } = await signUp('ada');
    const stranger = new SoftwareAuthenticator(ORIGIN);
    const browser = new Browser(measured, ORIGIN);
    await signIn(browser, authenticator);

    const options = await browser.post('/api/session/options');
    stranger.create({ ...options.json(), user: { id: 'AAAA', name: 'eve', displayName: 'Eve' } });
    await browser.post('/api/session', { credential: stranger.get(options.json()) });

    const { values } = await metrics.signIns.get();
    expect(values.map(({ labels, value }) => [labels.result, value])).toEqual([
      ['succeeded', 1],
      ['refused', 1],
    ]);
  });

  test('tell the database pool, the process and the lag of its event loop', async ({ metrics }) => {
    const text = await metrics.registry.metrics();

    for (const name of [
      'permiso_idp_database_connections{state="used"} 0',
      'permiso_idp_database_connections{state="waiting"} 0',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(text).toContain(name);
    }
  });

  test('are served on a port of their own, with nothing else there', async ({
    measured,
    metrics,
  }) => {
    const server = await serveMetrics(0, metrics);
    const { port } = server.address() as AddressInfo;

    const page = await fetch(`http://127.0.0.1:${port}/metrics`);
    const other = await fetch(`http://127.0.0.1:${port}/`);
    const inside = await measured.inject('/metrics');
    server.close();
    server.closeAllConnections();

    expect([page.status, other.status, inside.statusCode]).toEqual([200, 404, 404]);
    expect(await page.text()).toContain('permiso_idp_request_total');
  });
});

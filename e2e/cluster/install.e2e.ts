import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, helm, kubectl, kubectlJson, readManifest } from './kubectl.ts';
import { openApplication, setUp, type Visit, visit } from './people.ts';
import {
  APP_URL,
  APPLICATION_URL,
  install,
  NAMESPACE,
  prepareNamespace,
  startApplication,
} from './stage.ts';

describe('from nothing, in a namespace that enforces the Pod Security standard "restricted",', () => {
  let outside: Visit;

  beforeAll(async () => {
    await prepareNamespace();
    await install();
    outside = await visit();
  });

  afterAll(() => outside?.close());

  test('the chart runs two pods of each program', async () => {
    const { items } = await kubectlJson<{ items: Deployment[] }>(
      ...['get', 'deployment', '-n', NAMESPACE, '-l', 'app.kubernetes.io/part-of=permiso'],
    );

    expect(items.map(({ metadata, status }) => [metadata.name, status.readyReplicas])).toEqual([
      ['permiso-idp', 2],
      ['permiso-operator', 2],
    ]);
  });

  test('"helm test" passes', async () => {
    expect(await helm('test', 'permiso', '-n', NAMESPACE)).toContain('Phase:          Succeeded');
  });

  test('the person with the bootstrap code becomes administrator', async () => {
    await setUp(outside.ada);

    const session = await outside.ada.page.evaluate(
      'fetch("/api/session").then((it) => it.json())',
    );
    expect(session).toMatchObject({ user: { username: 'ada', isAdmin: true } });
  });

  test('all four kinds are Ready', async () => {
    await apply(NAMESPACE, await readManifest('resources', { applicationUrl: APPLICATION_URL }));

    const kinds = 'oidcclient,group,smtpconfig,ldapconfig';
    const ready = await kubectl(
      ...['wait', kinds, '--all', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s'],
    );

    expect(ready.match(/condition met/g)).toHaveLength(5);
  });

  test('an application in a pod signs her in, with what the operator left in its Secret', async () => {
    await startApplication();
    await outside.ada.context.clearCookies();

    const buttons = ['Sign in with a passkey', 'Allow'];
    const { claims, userinfo } = await openApplication(outside.ada, buttons);

    expect(claims).toMatchObject({
      iss: APP_URL,
      aud: `${NAMESPACE}.wiki`,
      preferred_username: 'ada',
    });
    expect(userinfo).toMatchObject({ sub: claims.sub, groups: ['engineering'] });
  });

  test('the idp may nothing, and the operator what it needs', async () => {
    expect(await permissionsOf('permiso-idp')).toEqual([]);
    await expect((await permissionsOf('permiso-operator')).join('\n')).toMatchFileSnapshot(
      'permissions/operator.txt',
    );
  });
});

interface Deployment {
  metadata: { name: string };
  status: { readyReplicas: number };
}

/** Beyond what every account of the cluster may. */
async function permissionsOf(account: string): Promise<string[]> {
  const everybodys = await listPermissions('nobody-in-particular');
  return (await listPermissions(account)).filter((line) => !everybodys.includes(line));
}

async function listPermissions(account: string): Promise<string[]> {
  const as = `system:serviceaccount:${NAMESPACE}:${account}`;
  const list = await kubectl(
    ...['auth', 'can-i', '--list', '--no-headers', '-n', NAMESPACE, '--as', as],
  );
  const lines = list.split('\n').map((line) => line.replace(/ +/g, ' ').trim());
  return lines.filter((line) => line !== '').sort();
}

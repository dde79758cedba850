import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { podAccess } from '../runtime/cluster-access.ts';
import { KubernetesApi, KubernetesError } from '../runtime/kubernetes-api.ts';
import { test } from '../testing/test.ts';

test('a pod signs in by its mounted account, and takes a renewed token after a refused one', async ({
  cluster,
}) => {
  const { caData, token, url } = cluster.connection;
  const mount = await mkdtemp(join(tmpdir(), 'permiso-account-'));
  const { hostname, port } = new URL(url);
  const api = new KubernetesApi(podAccess(hostname, port, mount));
  const path = `/api/v1/namespaces/${cluster.namespace}`;
  await writeFile(join(mount, 'ca.crt'), Buffer.from(caData, 'base64'));

  await writeFile(join(mount, 'token'), 'expired');
  const refused = await api.send({ path }).catch((error: unknown) => error);
  await writeFile(join(mount, 'token'), `${token}\n`);
  const answer = await api.send<{ metadata: { name: string } }>({ path });

  expect(refused).toBeInstanceOf(KubernetesError);
  expect(refused).toMatchObject({ code: 401 });
  expect(answer.metadata.name).toBe(cluster.namespace);
});

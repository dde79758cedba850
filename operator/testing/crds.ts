import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { API_VERSION } from '../crd/custom-resource.ts';
import { KINDS } from '../crd/kinds.ts';
import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';

const folder = new URL('../../crds/', import.meta.url);

/** Makes the API server know our kinds, and resolves when it serves them. */
export async function installCrds(cluster: Cluster): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  const definitions = await Promise.all(
    files.map(async (name) => cluster.apply(parse(await readFile(new URL(name, folder), 'utf8')))),
  );
  for (const { kind, metadata } of definitions) {
    await cluster.waitFor(kind, metadata.name, 'Established', 30_000);
  }
  // kubectl asks the discovery which kinds there are, and that learns of new ones a little later.
  await eventually(() => assertDiscovered(cluster), 30_000);
  // The cache behind a kind is made at its first use; until it is filled a list is answered with 429.
  await Promise.all(KINDS.map(({ kind }) => eventually(() => cluster.list(kind), 30_000)));
}

async function assertDiscovered({ client }: Cluster): Promise<void> {
  const { groups } = await client.send<{ groups: { versions: { groupVersion: string }[] }[] }>({
    method: 'GET',
    path: '/apis',
  });
  const versions = groups.flatMap(({ versions }) => versions);
  if (!versions.some(({ groupVersion }) => groupVersion === API_VERSION)) {
    throw new Error(`the API server does not tell of ${API_VERSION}`);
  }
}

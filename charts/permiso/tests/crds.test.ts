import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { renderChart } from './helm.ts';
import { isCrd, parseManifests } from './manifests.ts';
import { test } from './test.ts';
import { VARIANTS } from './variants.ts';

const COPIES = join(import.meta.dirname, '../files/crds');
const CRDS = join(import.meta.dirname, '../../../crds');

describe('custom resource definitions', () => {
  test('in the chart are copies of those in the folder crds', async () => {
    const names = (await readdir(CRDS)).filter((name) => name.endsWith('.yaml'));

    expect(await readdir(COPIES)).toEqual(names);
    for (const name of names) {
      const copy = await readFile(join(COPIES, name), 'utf8');
      expect(copy, `cp crds/*.yaml charts/permiso/files/crds/`).toBe(
        await readFile(join(CRDS, name), 'utf8'),
      );
    }
  });

  test('are rendered as they are, and kept when the release goes', async ({ manifestsOf }) => {
    const rendered = (await manifestsOf('default')).filter(isCrd);
    const files = (await readdir(CRDS)).filter((name) => name.endsWith('.yaml'));
    const originals = await Promise.all(
      files.map(async (name) => parseManifests(await readFile(join(CRDS, name), 'utf8'))[0]),
    );

    for (const { metadata } of rendered) {
      expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
      delete metadata.annotations;
    }
    expect(rendered).toEqual(originals);
  });

  test('go with the release where they should', async () => {
    const rendered = await renderChart(inject('helm'), {
      ...VARIANTS.default,
      crds: { keep: false },
    });

    for (const { metadata } of parseManifests(rendered).filter(isCrd)) {
      expect(metadata.annotations).toBeUndefined();
    }
  });
});

import { describe, expect, inject } from 'vitest';
import { lintChart } from './helm.ts';
import { breachesOfRestricted, findManifest, podsOf, selects } from './manifests.ts';
import { test } from './test.ts';
import { VARIANT_NAMES, VARIANTS } from './variants.ts';

describe.for(VARIANT_NAMES)('the chart, %s,', (variant) => {
  test('has no fault that Helm would find', async () => {
    await expect(lintChart(inject('helm'), VARIANTS[variant])).resolves.toContain(
      '0 chart(s) failed',
    );
  });

  test('renders as it did before', async ({ rendered }) => {
    const documents = split(await rendered(variant));
    const usual = variant === 'default' ? [] : split(await rendered('default'));

    // Of the other variants only what differs: that is what a reader of the diff wants to see.
    const seen = documents.filter((document) => !usual.includes(document));

    await expect(`${seen.join('\n---\n')}\n`).toMatchFileSnapshot(
      `snapshots/${variant.replaceAll(' ', '-')}.yaml`,
    );
  });

  test('makes only pods that keep the Pod Security standard "restricted"', async ({
    manifestsOf,
  }) => {
    const pods = podsOf(await manifestsOf(variant));

    expect(pods.length).toBeGreaterThan(0);
    expect(pods.flatMap(breachesOfRestricted)).toEqual([]);
  });

  test('says what every container needs', async ({ manifestsOf }) => {
    for (const { spec } of podsOf(await manifestsOf(variant))) {
      for (const { resources } of [...(spec.initContainers ?? []), ...spec.containers]) {
        expect(resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
      }
    }
  });

  test('gives the IdP neither a token nor a permission', async ({ manifestsOf }) => {
    const manifests = await manifestsOf(variant);
    const idp = findManifest(manifests, 'Deployment', 'permiso-idp').spec.template.spec;
    const subjects = manifests.flatMap(({ subjects: bound = [] }) => bound);

    expect(idp.automountServiceAccountToken).toBe(false);
    expect(subjects).not.toContainEqual(expect.objectContaining({ name: idp.serviceAccountName }));
  });

  test('hands secrets over as files only', async ({ manifestsOf }) => {
    const pods = JSON.stringify(podsOf(await manifestsOf(variant)));

    expect(pods).not.toContain('secretKeyRef');
    expect(pods).not.toContain('sesame');
  });

  test('lets each selector find the pods of one component', async ({ manifestsOf }) => {
    const manifests = await manifestsOf(variant);
    const pods = podsOf(manifests);

    for (const { kind, metadata, spec } of manifests) {
      const selector =
        spec?.podSelector?.matchLabels ?? spec?.selector?.matchLabels ?? spec?.selector;
      if (selector && kind !== 'ServiceMonitor' && metadata.name !== 'permiso-migration') {
        const found = pods.filter(({ labels }) => selects(selector, labels));
        const name = metadata.name.replace(/-metrics$/, '');
        expect(found.map(({ owner }) => owner)).toEqual([`Deployment/${name}`]);
      }
    }
  });
});

const COPIES = /\nkind: CustomResourceDefinition|\n {2}permiso\.json: /;

function split(rendered: string): string[] {
  return (
    rendered
      .replace(/(encryption-key|bootstrap-code): [A-Za-z0-9+/=]{40,}/g, '$1: <made at random>')
      .split(/^---$/m)
      .map((document) => document.trim())
      // Copies of files that stand elsewhere would only be read twice.
      .filter((document) => document !== '' && !COPIES.test(document))
  );
}

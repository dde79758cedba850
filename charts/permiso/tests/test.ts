import { inject, test as plainTest } from 'vitest';
import { renderChart } from './helm.ts';
import { type Manifest, parseManifests } from './manifests.ts';
import { VARIANTS, type VariantName } from './variants.ts';

interface ChartFixtures {
  /** Each variant once per file, as Helm writes it: rendering takes a moment. */
  rendered: (name: VariantName) => Promise<string>;

  manifestsOf: (name: VariantName) => Promise<Manifest[]>;
}

export const test = plainTest.extend<ChartFixtures>({
  rendered: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest finds a fixture's needs by destructuring
    async ({}, use) => {
      const renderings = new Map<VariantName, Promise<string>>();
      await use((name) => {
        const rendering = renderings.get(name) ?? renderChart(inject('helm'), VARIANTS[name]);
        renderings.set(name, rendering);
        return rendering;
      });
    },
    { scope: 'file' },
  ],
  manifestsOf: async ({ rendered }, use) => {
    await use(async (name) => parseManifests(await rendered(name)));
  },
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { expectHeading, field } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
});

async function open(path: string, heading: string): Promise<void> {
  await ada.page.goto(`${permiso.url}/settings/admin/${path}`);
  await expectHeading(ada, heading);
}

describe('the resources', () => {
  test('that nobody has declared yet: the page says how', async () => {
    await open('resources', 'Resources');
    await ada.page.getByText('kubectl apply -f').waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('say what became of them, first of those that are not ready', async () => {
    await permiso.writeManifest('readers.yaml', group('readers', 'ada'));
    await permiso.process.line('resource=teams/readers');
    await permiso.writeManifest('also-readers.yaml', group('zebra', 'ada', 'groupName: readers'));
    await permiso.process.line('resource=teams/zebra');
    await open('resources', 'Resources');
    const rows = ada.page.getByRole('row').filter({ hasText: 'Group · teams' });
    await rows.first().waitFor();
    const [first, second] = await rows.allTextContents();

    expect(first).toContain('Not ready: Conflict');
    expect(second).toContain('Ready');
    expect(second).toContain('Group readers');
    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('are found by their name', async () => {
    await open('resources', 'Resources');
    await field(ada, 'Search by kind, namespace or name').fill('nothing of that kind');
    await ada.page.getByText('No resource fits this search.').waitFor();

    expect(ada.complaints).toEqual([]);
  });
});

function group(name: string, member: string, more = ''): string {
  return `apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: ${name}, namespace: teams }
spec:
  members: [${member}]
  ${more}
`;
}

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { button, expectHeading, field, press, type } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, ALAN, enrol, invite } from './people.ts';
import { Permiso } from './permiso.ts';

const GROUPS = '/settings/admin/user-groups';

let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;

beforeAll(async () => {
  permiso = await Permiso.create();
  [chromium] = await Promise.all([launchChromium(inject('chromiumPath')), permiso.start()]);
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
  const alan = await openBrowser(chromium, still);
  await enrol(alan.page, await invite(ada.page), ALAN);
  await alan.context.close();
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
});

describe('an administrator', () => {
  test('is told what to do where there are no groups yet', async () => {
    await read(GROUPS, 'User Groups');
    await ada.page.getByText('There are no groups yet').waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('makes a group, after a name that no application could read was refused', async () => {
    await button(ada, 'New Group').click();
    await field(ada, 'Name in tokens').fill('readers, writers');
    await button(ada, 'Create').click();
    await ada.page.getByText('a group name is made of letters').waitFor();
    const refused = await inspect(ada);
    await field(ada, 'Name in tokens').fill('readers');
    await ada.page.getByLabel('Display name').fill('Readers of the Wiki');
    await button(ada, 'Create').click();
    await expectHeading(ada, 'Readers of the Wiki');

    expect(refused).toEqual(FLAWLESS);
    expect(await ask('/api/groups')).toMatchObject({
      groups: [{ name: 'readers', owner: 'admin' }],
    });
    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('finds people and adds them, and takes one out again', async () => {
    const { page } = ada;
    await page.getByLabel('Add somebody').fill('a');
    await button(ada, 'Add Alan Turing').click();
    await page.getByRole('heading', { name: '1 member' }).waitFor();
    await page.getByLabel('Add somebody').fill('ada');
    await button(ada, 'Add Ada Lovelace').click();
    await page.getByRole('heading', { name: '2 members' }).waitFor();
    const both = await inspect(ada);
    await button(ada, 'Remove Alan Turing from the group').click();
    await page.getByRole('heading', { name: '1 member' }).waitFor();

    expect(both).toEqual(FLAWLESS);
    const [group] = (await ask('/api/groups')).groups;
    expect(await ask(`/api/groups/${group.id}/members`)).toMatchObject({
      members: [{ username: 'ada' }],
    });
  });

  test('gives members a claim, once it has a name that may be given', async () => {
    const { page } = ada;
    await button(ada, 'Add claim').click();
    await field(ada, 'Claim').fill('sub');
    await field(ada, 'Value').fill('["a"]');
    await page.getByText('List (JSON)').waitFor();
    await button(ada, 'Save claims').click();
    await page.getByText('"sub" is a fact about the token').waitFor();
    const refused = await inspect(ada);
    await field(ada, 'Claim').fill('rooms');
    await button(ada, 'Save claims').click();
    await page.getByText('Saved').waitFor();

    const [group] = (await ask('/api/groups')).groups;
    expect(refused).toEqual(FLAWLESS);
    expect(await ask(`/api/groups/${group.id}`)).toMatchObject({
      customClaims: [{ key: 'rooms', value: '["a"]' }],
    });
  });

  test('does not overwrite what another administrator saved meanwhile', async () => {
    const { page } = ada;
    const [group] = (await ask('/api/groups')).groups;
    await page.evaluate(rename, [group.id, 'Renamed elsewhere']);
    await field(ada, 'Display name').fill('Renamed here');
    await button(ada, 'Save').click();
    await page.getByText('Somebody else changed this a moment ago').waitFor();

    expect(await ask(`/api/groups/${group.id}`)).toMatchObject({
      displayName: 'Renamed elsewhere',
    });
  });
});

test('a group is there to copy as the resource that would declare it', async () => {
  const { page } = ada;
  await page.reload();
  await button(ada, 'Copy as YAML').click();
  await page.getByRole('dialog').getByText('kind: Group').waitFor();
  const shown = await page.getByRole('dialog').textContent();
  const looks = await inspect(ada);
  await button(ada, 'Close').click();

  expect(shown).toContain('name: readers');
  expect(looks).toEqual(FLAWLESS);
});

describe('a group that a resource declares', () => {
  beforeAll(async () => {
    await permiso.writeManifest('groups.yaml', MANIFESTS);
    await permiso.process.line('resource=apps/wiki');
  });

  test('is in the list with its owner, and found by its name', async () => {
    await read(GROUPS, 'User Groups');
    await ada.page.getByText('Declared by Group apps/writers').waitFor();
    await field(ada, 'Sort by').selectOption('Most members first');
    await ada.page.getByLabel('Search by name').fill('writ');
    // The heading row, and the only group that fits.
    await expect.poll(() => ada.page.getByRole('row').count()).toBe(2);
    await ada.page.getByRole('row').filter({ hasText: 'apps/writers' }).waitFor();

    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('is read-only, and says who is awaited and what it opens', async () => {
    const { page } = ada;
    await page.getByRole('link', { name: 'Writers' }).click();
    await expectHeading(ada, 'Writers');
    await page.getByText('It can only be changed there').waitFor();
    await page.getByText('without an account yet: grace').waitFor();
    await page.getByRole('link', { name: 'Wiki' }).waitFor();

    expect(await field(ada, 'Display name').isEditable()).toBe(false);
    // Nothing but to look and to copy.
    expect(await page.getByRole('main').getByRole('button').allTextContents()).toEqual([
      'Copy as YAML',
    ]);
    expect(await inspect(ada)).toEqual(FLAWLESS);
  });

  test('leaves its members to these pages when it says nothing of them', async () => {
    const { page } = ada;
    await read(GROUPS, 'User Groups');
    await page.getByRole('link', { name: 'Open circle' }).click();
    await expectHeading(ada, 'Open circle');
    await page.getByLabel('Add somebody').fill('alan');
    await button(ada, 'Add Alan Turing').click();
    await page.getByRole('heading', { name: '1 member' }).waitFor();

    expect(await page.getByRole('button', { name: 'Delete group' }).count()).toBe(0);
  });
});

test('a keyboard is enough to make a group and to delete it, which names it first', async () => {
  const { page } = ada;
  await read(GROUPS, 'User Groups');
  await press(button(ada, 'New Group'));
  await type(field(ada, 'Name in tokens'), 'brief');
  await press(button(ada, 'Create'));
  await expectHeading(ada, 'brief');
  await press(button(ada, 'Delete group'));
  await expectHeading(ada, 'Delete brief?');
  const question = await inspect(ada);
  await press(page.getByRole('dialog').getByRole('button', { name: 'Delete group' }));
  await page.getByRole('heading', { name: 'All groups' }).waitFor();

  const { groups } = await ask('/api/groups');
  expect(groups.map(({ name }: { name: string }) => name)).not.toContain('brief');
  expect(question).toEqual(FLAWLESS);
});

const MANIFESTS = `
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: writers, namespace: apps }
spec: { displayName: Writers, members: [ada, grace], customClaims: [{ key: floor, value: '3' }] }
---
apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata: { name: circle, namespace: apps }
spec: { displayName: Open circle }
---
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: wiki, namespace: apps }
spec:
  displayName: Wiki
  callbackURLs: ['https://wiki.example.com/callback']
  access: { mode: Groups, groups: [writers] }
`;

async function read(path: string, heading: string): Promise<void> {
  await ada.page.goto(permiso.url + path);
  await expectHeading(ada, heading);
}

/** What the server says, by the same session. */
async function ask(path: string) {
  return (await ada.page.request.get(permiso.url + path)).json();
}

/** Runs in the page: another tab of another administrator would send the same. */
async function rename([id, displayName]: string[]): Promise<void> {
  await fetch(`/api/groups/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ displayName }),
  });
}

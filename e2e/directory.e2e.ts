import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, openBrowser } from './browser.ts';
import { expectHeading } from './hands.ts';
import { DESKTOP, FLAWLESS, inspect, observe, type Visitor } from './inspection.ts';
import { ADA, enrol } from './people.ts';
import { Permiso } from './permiso.ts';
import { Slapd } from './slapd.ts';

const ENTRIES = `dn: uid=grace,dc=example,dc=com
objectClass: inetOrgPerson
uid: grace
cn: Grace Hopper
sn: Hopper
mail: grace@example.com

dn: uid=ghost,dc=example,dc=com
objectClass: inetOrgPerson
uid: ghost
cn: Ghost
sn: Ghost

dn: cn=readers,dc=example,dc=com
objectClass: groupOfNames
cn: readers
member: uid=grace,dc=example,dc=com
`;

const slapd = new Slapd();
let url: string;
let permiso: Permiso;
let chromium: Browser;
let ada: Visitor;

beforeAll(async () => {
  url = await slapd.start(ENTRIES);
  permiso = await Permiso.create();
  chromium = await launchChromium(inject('chromiumPath'));
  await permiso.start();
  const still = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
  ada = await observe(await openBrowser(chromium, still));
  await enrol(ada.page, `${permiso.url}/setup`, ADA);
});

afterAll(async () => {
  await chromium.close();
  await permiso.remove();
  await slapd.stop();
});

type Preset = { users: { filter: string } };

/** As somebody who saves the page of the directory, with the names of OpenLDAP. */
async function useDirectory(change: object, filter?: string): Promise<void> {
  const answer = await ada.page.request.get(`${permiso.url}/api/settings/ldap`);
  const { OpenLDAP } = ((await answer.json()) as { presets: { OpenLDAP: Preset } }).presets;
  const users = { ...OpenLDAP.users, ...(filter && { filter }) };
  const status = await ada.page.evaluate(
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/api/settings/ldap', { method: 'PUT', headers, body })).status;
    },
    JSON.stringify({ ...OpenLDAP, ...settings(), users, ...change }),
  );
  expect(status).toBe(200);
}

function settings() {
  return {
    url,
    startTls: false,
    allowPlaintext: true,
    insecureSkipVerify: false,
    ca: null,
    bindDn: Slapd.bindDn,
    bindPassword: Slapd.password,
    baseDn: 'dc=example,dc=com',
    adminGroup: null,
    removedUsers: 'disable',
    syncInterval: 3_600,
    maxRemovedPercent: 20,
  };
}

async function diagnose(): Promise<string> {
  await ada.page.goto(`${permiso.url}/settings/admin/diagnostics`);
  const title = 'Directory (LDAP)';
  await expectHeading(ada, title);
  const heading = ada.page.getByRole('heading', { name: title });
  return (await ada.page.getByRole('listitem').filter({ has: heading }).last().textContent()) ?? '';
}

describe('people of the directory who are missing are explained', () => {
  test('by the bind password that is wrong', async () => {
    await useDirectory({ bindPassword: 'not-the-password' });

    const said = await diagnose();

    expect(said).toContain(`${url} answers, but does not let ${Slapd.bindDn} in`);
    expect(said).toContain('Check bind DN and bind password');
    expect(said).not.toContain('not-the-password');
  });

  test('by the base that does not exist', async () => {
    await useDirectory({ baseDn: 'dc=example,dc=org' });

    const said = await diagnose();

    expect(said).toContain('The directory has no dc=example,dc=org');
    expect(said).toContain('Correct the base DN');
  });

  test('by the filter that finds nobody', async () => {
    await useDirectory({}, '(objectClass=posixAccount)');

    const said = await diagnose();

    expect(said).toContain('the filter for users finds nobody below dc=example,dc=com');
    expect(said).toContain('Compare filter and base DN with an entry that should be found');
  });

  test('by the entry that lacks something, beside those that are found', async () => {
    await useDirectory({});

    const said = await diagnose();

    expect(said).toContain('The filters find 2 people and 1 groups');
    expect(said).toContain('grace (uid=grace,dc=example,dc=com)');
    expect(said).toContain('uid=ghost,dc=example,dc=com: it has no "mail"');
    expect(said).toContain('add what is missing to them');
    expect(await inspect(ada)).toEqual(FLAWLESS);
  });
});

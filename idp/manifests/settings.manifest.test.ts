import { beforeAll, describe, expect } from 'vitest';
import { parse } from 'yaml';
import { declareSettings, LDAP_PRESETS, type LdapSettings, query, type SmtpSettings } from '#core';
import { createCertificate } from '#core/testing/certificate';
import { validateManifest } from '../../operator/crd/manifest.validation.ts';
import type { LdapConfigSpec } from '../../operator/ldap-config/ldap-config.crd.ts';
import { resolveLdapConfig } from '../../operator/ldap-config/ldap-config.reconciler.ts';
import type { SecretReader } from '../../operator/runtime/credentials.ts';
import type { Context } from '../../operator/runtime/reconciler.ts';
import type { Resource } from '../../operator/runtime/resource.ts';
import type { SmtpConfigSpec } from '../../operator/smtp-config/smtp-config.crd.ts';
import type { Browser } from '../testing/browser.ts';
import { test } from '../testing/test.ts';

/** As an API server reads it, with what the schema says by default. */
async function applied<Spec>(admin: Browser, part: string) {
  const { body } = await admin.get(`/api/settings/${part}/manifest`);
  const verdict = validateManifest(parse(body, { schema: 'yaml-1.1' }));
  if (!('resource' in verdict)) {
    throw new Error(`${JSON.stringify(verdict.errors)} in ${body}`);
  }
  const resource = verdict.resource as unknown as Resource<Spec>;
  return { resource, spec: resource.spec, text: body };
}

const SMTP: SmtpSettings = {
  host: 'smtp.example.com',
  port: 587,
  tls: 'starttls',
  ca: null,
  insecureSkipVerify: false,
  from: { address: 'id@example.com', name: null },
  auth: null,
};

describe('the manifest of the mail server', () => {
  test('of few words is an SMTPConfig that declares it', async ({ admin, em }) => {
    await declareSettings(em, 'smtp', SMTP, 'admin');

    const { spec, text } = await applied<SmtpConfigSpec>(admin, 'mail');

    expect(text).not.toContain('#');
    expect(spec).toEqual({
      host: 'smtp.example.com',
      port: 587,
      tls: { mode: 'StartTLS', insecureSkipVerify: false },
      from: { address: 'id@example.com' },
    });
  });

  test('with everything names the Secrets, and no secret', async ({ admin, em }) => {
    const full: SmtpSettings = {
      ...SMTP,
      tls: 'tls',
      ca: '-----BEGIN CERTIFICATE-----',
      insecureSkipVerify: true,
      from: { address: 'id@example.com', name: 'no: # name' },
      auth: { username: 'id', password: 'v1.sealed' },
    };
    await declareSettings(em, 'smtp', full, 'admin');

    const { spec, text } = await applied<SmtpConfigSpec>(admin, 'mail');

    expect(text).not.toContain('sealed');
    expect(text).toContain('# kubectl create secret generic smtp --from-literal=password=…\n');
    expect(text).toContain('# kubectl label secret smtp-ca permisolabs.eu/credential=true\n');
    expect(spec).toEqual({
      host: 'smtp.example.com',
      port: 587,
      tls: {
        mode: 'TLS',
        caSecretRef: { name: 'smtp-ca', key: 'ca.crt' },
        insecureSkipVerify: true,
      },
      from: { address: 'id@example.com', name: 'no: # name' },
      auth: { username: 'id', passwordSecretRef: { name: 'smtp', key: 'password' } },
    });
  });
});

const LDAP: LdapSettings = {
  url: 'ldaps://ldap.example.com',
  startTls: false,
  ca: null,
  insecureSkipVerify: false,
  bind: { dn: 'cn=permiso,dc=example,dc=com', password: 'v1.sealed' },
  baseDn: 'dc=example,dc=com',
  ...LDAP_PRESETS.ActiveDirectory,
  adminGroup: null,
  removedUsers: 'disable',
  syncInterval: 3_600,
  maxRemovedPercent: 20,
};

const { users, groups } = LDAP_PRESETS.OpenLDAP;

describe('the manifest of the directory', () => {
  let certificate: string;

  beforeAll(async () => {
    certificate = (await createCertificate()).certificate;
  });

  test.for<[string, Partial<LdapSettings>]>([
    ['as the preset has it', {}],
    ['of another preset', { users, groups }],
    [
      'with everything',
      {
        url: 'ldap://ldap.example.com:1389',
        startTls: true,
        ca: '-----BEGIN CERTIFICATE-----',
        insecureSkipVerify: true,
        users: { filter: '(uid=*)', attributes: { ...users.attributes, email: 'mailbox' } },
        groups: { filter: groups.filter, attributes: { ...groups.attributes, name: 'ou' } },
        adminGroup: 'no: admins',
        removedUsers: 'delete',
        syncInterval: 5_400,
        maxRemovedPercent: 0,
      },
    ],
    ['without TLS', { url: 'ldap://ldap.example.com' }],
  ])('%s declares the very same, and no secret', async ([, change], { admin, em }) => {
    const settings = { ...LDAP, ...change, ca: change.ca ? certificate : null };
    await declareSettings(em, 'ldap', settings, 'admin');

    const { resource, text } = await applied<LdapConfigSpec>(admin, 'ldap');

    expect(text).not.toContain('sealed');
    expect(text).toContain('# kubectl create secret generic ldap --from-literal=password=…\n');
    const values: Record<string, string> = { ldap: 'v1.sealed', 'ldap-ca': certificate };
    const read: SecretReader['read'] = async (_namespace, { name }) => values[name] ?? '';
    const context = { secrets: { read } } as Context;
    expect(await resolveLdapConfig(resource, context)).toEqual(settings);
  });
});

test('a manifest is for administrators, and there is none of what is not set', async ({
  admin,
  browser,
  em,
}) => {
  await query(em, 'delete from settings');

  expect((await admin.get('/api/settings/mail/manifest')).statusCode).toBe(404);
  expect((await browser.get('/api/settings/mail/manifest')).statusCode).toBe(401);
});

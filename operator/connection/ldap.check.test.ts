import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkLdap, LDAP_PRESETS, LdapConnection, type LdapSettings } from '#core';
import { createCertificate } from '#core/testing/certificate';
import { findFreePort } from '#core/testing/free-port';
import { type Slapd, startSlapd } from '#core/testing/slapd';

import { listen } from './servers.ts';

let slapd: Slapd;

beforeAll(async () => {
  slapd = await startSlapd();
}, 180_000);

afterAll(() => slapd.close());

describe('a directory that works', () => {
  test('is connected to, signed in to and searched', async () => {
    const aspects = await checkLdap(settings({}));

    expect(aspects).toEqual([
      aspect('Connected', `${slapd.url} answers, protected by nothing`),
      aspect('Authenticated', `${slapd.url} lets "${slapd.bindDn}" in`),
      aspect('Searched', 'the filters find people and groups below "dc=example,dc=com"'),
    ]);
  });

  test.for([
    ['from the first byte', () => ({ url: slapd.secureUrl, ca: slapd.ca }), 'TLS'],
    ['started later', () => ({ startTls: true, ca: slapd.ca }), 'StartTLS'],
    [
      'started later, with any certificate',
      () => ({ startTls: true, insecureSkipVerify: true }),
      'StartTLS',
    ],
  ] as [string, () => Partial<LdapSettings>, string][])(
    'may be protected by TLS %s',
    async ([, change, protection]) => {
      const aspects = await checkLdap(settings(change()));

      expect(aspects.map(({ status }) => status)).toEqual(['True', 'True', 'True']);
      expect(aspects[0]?.message).toContain(`protected by ${protection}`);
    },
  );

  test('says so when its filters find nobody', async () => {
    const nobody = { ...settings({}).users, filter: '(uid=nobody)' };

    const aspects = await checkLdap(settings({ users: nobody }));

    expect(aspects[2]).toEqual(
      aspect('Searched', 'the filters find nobody and groups below "dc=example,dc=com"'),
    );
  });
});

describe('a directory that cannot be used', () => {
  test('because nobody listens there says so, and nothing else is tried', async () => {
    const url = `ldap://127.0.0.1:${await findFreePort()}`;

    const aspects = await checkLdap(settings({ url }));

    expect(aspects).toMatchObject([
      { type: 'Connected', status: 'False', reason: 'ConnectionFailed' },
      { type: 'Authenticated', status: 'Unknown', reason: 'NotTried' },
      { type: 'Searched', status: 'Unknown', reason: 'NotTried' },
    ]);
    expect(aspects[0]?.message).toContain(`no connection to ${url}: connect ECONNREFUSED`);
  });

  test('because its name has only addresses that refuse says why for each', async () => {
    const url = `ldap://localhost:${await findFreePort()}`;

    const [connected] = await checkLdap(settings({ url }));

    expect(connected?.message).toMatch(/: connect ECONNREFUSED /);
  });

  test.for([
    ['from the first byte', () => ({ url: slapd.secureUrl })],
    ['started later', () => ({ startTls: true })],
    ['where there is none', () => ({ url: slapd.url.replace('ldap:', 'ldaps:') })],
  ] as [string, () => Partial<LdapSettings>][])(
    'because nobody vouches for its TLS %s gets no password',
    async ([, change]) => {
      const aspects = await checkLdap(settings(change()));

      expect(aspects[0]).toMatchObject({ status: 'False', reason: 'TLSFailed' });
      expect(aspects[1]).toMatchObject({ status: 'Unknown' });
    },
  );

  test('because its certificate is for another name says which', async () => {
    const url = slapd.secureUrl.replace('127.0.0.1', 'localhost');

    const [connected] = await checkLdap(settings({ url, ca: slapd.ca }));

    expect(connected).toMatchObject({ status: 'False', reason: 'TLSFailed' });
    expect(connected?.message).toContain('localhost');
  });

  test('because the password is wrong says whose', async () => {
    const bind = { dn: slapd.bindDn, password: 'wrong-password' };

    const aspects = await checkLdap(settings({ bind }));

    expect(aspects.map(({ status }) => status)).toEqual(['True', 'False', 'Unknown']);
    expect(aspects[1]).toMatchObject({ reason: 'AuthenticationFailed' });
    expect(aspects[1]?.message).toContain(
      `does not let "${slapd.bindDn}" in: InvalidCredentials (49)`,
    );
    expect(JSON.stringify(aspects)).not.toContain('wrong-password');
  });

  test.for([
    ['dc=elsewhere,dc=com', 'BaseDNNotFound'],
    ['ou=gone,dc=example,dc=com', 'BaseDNNotFound'],
    ['not a name', 'BaseDNNotFound'],
  ] as [string, string][])('because it has no %j says so', async ([baseDn, reason]) => {
    const aspects = await checkLdap(settings({ baseDn }));

    expect(aspects[2]).toMatchObject({ type: 'Searched', status: 'False', reason });
    expect(aspects[2]?.message).toContain(baseDn);
  });

  test.for(['(&(cn=*)', '(cn=*)(sn=*)', '(cn=\\zz)', '(&(cn=*)x)'])(
    'because the filter %j is none says which',
    async (filter) => {
      const groups = { ...settings({}).groups, filter };

      const aspects = await checkLdap(settings({ groups }));

      expect(aspects[2]).toMatchObject({ status: 'False', reason: 'FilterInvalid' });
      expect(aspects[2]?.message).toContain('the filter for groups is not understood');
    },
  );
});

describe('a directory that misbehaves', () => {
  test('by never answering is given up in time', async () => {
    const { port } = await listen(() => {});

    const aspects = await checkLdap(settings({ url: `ldap://127.0.0.1:${port}` }), 300);

    expect(aspects[1]).toMatchObject({ status: 'False', reason: 'Timeout' });
    expect(aspects[1]?.message).toBe(`ldap://127.0.0.1:${port} did not answer within 0.3 s`);
  });

  test('by never ending the handshake is given up in time', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => socket.write(START_TLS_GRANTED));
    });

    const aspects = await checkLdap(
      settings({ url: `ldap://127.0.0.1:${port}`, startTls: true }),
      300,
    );

    expect(aspects[0]).toMatchObject({ status: 'False', reason: 'Timeout' });
  });

  test.for([
    ['after TLS was started', 'ldap', true],
    ['after the handshake', 'ldaps', false],
  ] as const)('by hanging up %s gets no password without TLS', async ([, scheme, startTls]) => {
    const certificate = await createCertificate();
    const received: Buffer[] = [];
    const { port, connections } = await listen((socket) => {
      if (!startTls) {
        hangUpInside(socket, certificate);
        return;
      }
      socket.once('data', (data) => {
        received.push(data);
        socket.write(START_TLS_GRANTED, () => hangUpInside(socket, certificate));
      });
    });
    const url = `${scheme}://127.0.0.1:${port}`;
    const connection = new LdapConnection(
      settings({ url, startTls, ca: certificate.certificate }),
      1_000,
    );
    await connection.open();
    await sleep(100);

    await expect(connection.bind()).rejects.toMatchObject({ reason: 'ConnectionFailed' });

    await sleep(100);
    expect(connections).toHaveLength(1);
    expect(Buffer.concat(received).toString('latin1')).not.toContain(slapd.password);
    connection.close();
  });

  test('by repeating the password is not quoted', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => socket.write(refusalOfBind(`no: ${slapd.password}`)));
    });

    const aspects = await checkLdap(settings({ url: `ldap://127.0.0.1:${port}` }));

    expect(aspects[1]).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' });
    expect(JSON.stringify(aspects)).not.toContain(slapd.password);
  });
});

/** RFC 4511: the ExtendedResponse "success" to the first message of ldapts, which has the number 2. */
const START_TLS_GRANTED = Buffer.from([
  0x30, 0x0c, 0x02, 0x01, 0x02, 0x78, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00,
]);

/** The BindResponse "invalidCredentials" to the same, with words. */
function refusalOfBind(words: string): Buffer {
  const text = Buffer.from(words);
  const body = [0x0a, 0x01, 49, 0x04, 0x00, 0x04, text.length, ...text];
  return Buffer.from([0x30, body.length + 5, 0x02, 0x01, 0x02, 0x61, body.length, ...body]);
}

function hangUpInside(
  socket: Socket,
  { certificate: cert, key }: { certificate: string; key: string },
): void {
  const secure = new TLSSocket(socket, { isServer: true, cert, key });
  secure.once('secure', () => setTimeout(() => socket.destroy(), 20)).on('error', () => {});
}

function aspect(type: string, message: string) {
  return { type, status: 'True', reason: 'Succeeded', message };
}

function settings(change: Partial<LdapSettings>): LdapSettings {
  return {
    url: slapd.url,
    startTls: false,
    ca: null,
    insecureSkipVerify: false,
    bind: { dn: slapd.bindDn, password: slapd.password },
    baseDn: slapd.baseDn,
    ...LDAP_PRESETS.OpenLDAP,
    adminGroup: null,
    removedUsers: 'disable',
    syncInterval: 3600,
    maxRemovedPercent: 20,
    ...change,
  };
}

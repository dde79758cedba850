import { describe, expect } from 'vitest';
import { query } from '#core';
import { test as registryTest } from '#core/testing';
import { startMailServer, useMailServer } from '../testing/mail-server.ts';
import { startProgram } from '../testing/secrets/program.ts';
import { tellStory } from '../testing/secrets/story.ts';
import { type Exchange, Witness } from '../testing/secrets/witness.ts';

const ORIGIN = 'https://id.example.com';
const BOOTSTRAP_CODE = 'a-bootstrap-code-of-39-letters-0123456789';
const ENCRYPTION_KEY = 'an-encryption-key-0123456789-abcdefghij';

interface Told {
  witness: Witness;
  log: string;
  metrics: string;
}

/** The whole story once, told to a program of its own; the tests look for what it left behind. */
const test = registryTest.extend<{ told: Told }>({
  told: [
    async ({ databaseUrl, database }, use) => {
      const em = database.em.fork();
      const mail = await startMailServer();
      await useMailServer(em, mail.port);
      const program = await startProgram({
        APP_URL: ORIGIN,
        ENCRYPTION_KEY,
        BOOTSTRAP_CODE,
        DB_CONNECTION_STRING: databaseUrl,
      });
      const witness = new Witness(program.door);
      witness.note('bootstrap code', BOOTSTRAP_CODE);
      witness.note('encryption key', ENCRYPTION_KEY);
      let log = '';
      let metrics = '';
      try {
        await tellStory({ origin: ORIGIN, bootstrapCode: BOOTSTRAP_CODE, witness, em, mail });
        metrics = await program.metrics();
      } finally {
        log = await program.stop();
        await mail.close();
      }
      await use({ witness, log, metrics });
    },
    { scope: 'file' },
  ],
});

/** The names of secrets that occur in a text. */
function findIn(text: string, { secrets }: Witness): string[] {
  const found = [...secrets].filter(([value]) => text.includes(value));
  return [...new Set(found.map(([value, name]) => `${name} (${value.slice(0, 6)}…)`))];
}

describe('of all secrets that passed through the identity provider', () => {
  test('there were enough to look for', async ({ told: { witness } }) => {
    const kinds = new Set(witness.secrets.values());

    for (const kind of [
      'access_token',
      'bootstrap code',
      'challenge',
      'client_secret',
      'code',
      'code_verifier',
      'cookie __Host-permiso_session',
      'device_code',
      'id_token',
      'path',
      'refresh_token',
      'request_uri',
      'signature',
      'user code',
    ]) {
      expect(kinds).toContain(kind);
    }
  });

  test('none is in the log', async ({ told: { witness, log } }) => {
    expect(log).toContain('mishap');
    expect(findIn(log, witness)).toEqual([]);
  });

  test('none is in the metrics', async ({ told: { witness, metrics } }) => {
    expect(metrics).toContain('permiso_idp_');
    expect(findIn(metrics, witness)).toEqual([]);
  });

  test('none is in the database, other than hashed or encrypted', async ({
    told: { witness },
    em,
  }) => {
    const tables = await query<{ name: string }>(
      em,
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const found: Record<string, string[]> = {};
    for (const { name } of tables) {
      const rows = await query<{ row: string }>(
        em,
        `select to_jsonb(t)::text as row from ${name} t`,
      );
      const secrets = findIn(rows.map(({ row }) => row).join('\n'), witness);
      // A ceremony is found by its challenge, which without the passkey opens nothing.
      found[name] = secrets.filter((secret) => name !== 'ceremonies' || !/^challenge/.test(secret));
    }

    expect(Object.keys(found)).toEqual(expect.arrayContaining(['audit_events', 'mails']));
    expect(Object.entries(found).filter(([, secrets]) => secrets.length > 0)).toEqual([]);
  });

  test('none is in what administrators read, or in the answer to another request', async ({
    told: { witness },
  }) => {
    const isReading = ({ request, answer }: Exchange) =>
      answer.statusCode >= 400 || /audit-log|mails|users"|invites"|readyz|sessions"/.test(request);
    const found = witness.exchanges
      .filter(isReading)
      .filter(({ answer }) => answer.statusCode !== 201)
      .map(({ request, answer }) => {
        const foreign = [...witness.secrets].filter(([value]) => !request.includes(value));
        return [request.slice(0, 60), foreign.filter(([value]) => answer.body.includes(value))];
      });

    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(([, secrets]) => secrets && secrets.length > 0)).toEqual([]);
  });
});

test('no email address is in the log', async ({ told: { log } }) => {
  expect(log.match(/[\w.+-]+@[\w-]+\.[\w.]+/g) ?? []).toEqual([]);
});

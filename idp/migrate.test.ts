import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject } from 'vitest';
import { test } from '#core/testing';

const MIGRATE = join(import.meta.dirname, 'migrate.ts');

async function migrate(environment: Record<string, string>) {
  const child = spawn(process.execPath, [MIGRATE], { env: environment });
  const code = new Promise((resolve) => child.once('exit', resolve));
  return { output: await text(child.stderr), code: await code };
}

test('the migration step stops at a role that is not there, and says what to type', async ({
  databaseUrl,
}) => {
  const { output, code } = await migrate({
    DB_CONNECTION_STRING: databaseUrl,
    OPERATOR_DATABASE_ROLE: 'nobody_made_it',
  });

  expect(code).toBe(78);
  expect(output).toContain("create role nobody_made_it login password '…';");
});

test('the migration step does well with a role that is there, and without any', async ({
  databaseUrl,
}) => {
  const role = inject('operatorRole');

  for (const more of [{ OPERATOR_DATABASE_ROLE: role }, {}]) {
    const end = await migrate({ DB_CONNECTION_STRING: databaseUrl, ...more });
    expect(end).toEqual({ output: '', code: 0 });
  }
});

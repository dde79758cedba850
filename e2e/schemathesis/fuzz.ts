import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPython } from '../python.ts';

const run = promisify(execFile);

/** They ask the world outside, which answers when it likes. */
const SLOW = ['diagnose', 'testDirectory'];

/** What the API claims of itself, held against what it does. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

/** Sends what the OpenAPI document allows and what it forbids; null, or what schemathesis found. */
export async function fuzz(url: string, apiKey: string): Promise<string | null> {
  const folder = import.meta.dirname;
  const python = await installPython('schemathesis', join(folder, 'requirements.txt'));
  const options = [
    ...['--header', `X-API-Key: ${apiKey}`],
    ...['--checks', CHECKS.join(',')],
    ...['--phases', 'examples,fuzzing'],
    ...['--max-examples', '12', '--seed', '1', '--no-shrink', '--suppress-health-check', 'all'],
    ...['--warnings', 'off', '--continue-on-failure', '--no-color'],
    ...SLOW.flatMap((id) => ['--exclude-operation-id', id]),
  ];
  const program = ['-m', 'schemathesis.cli', 'run', `${url}/api/openapi.json`, ...options];
  return run(python, program, {
    cwd: await mkdtemp(join(tmpdir(), 'permiso-fuzz-')),
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    () => null,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

import { parseArgs } from 'node:util';
import { startApiServer } from './api-server.ts';
import { ensureKubeBinaries } from './kube-binaries.ts';

/**
 * A real API server for tests that may not import from here: says where it is in one line of JSON, and runs until it
 * is told to stop. `--flag name=value` is handed to kube-apiserver.
 */
const { values } = parseArgs({
  options: { flag: { type: 'string', multiple: true, default: [] } },
});
const flags = values.flag.map((flag) => {
  const [name = '', ...value] = flag.split('=');
  return [name, value.join('=')];
});

const server = await startApiServer(
  await ensureKubeBinaries(process.env),
  Object.fromEntries(flags),
);
process.once('SIGTERM', () => void server.close().then(() => process.exit()));
process.stdout.write(`${JSON.stringify(server.connection)}\n`);

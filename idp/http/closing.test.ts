import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { startReplica, test } from '../testing/test.ts';

const FIRST = 'POST /api/session HTTP/1.1\r\nhost: id\r\ncontent-length: 2\r\n';
const SECOND = 'GET /healthz HTTP/1.1\r\nhost: id\r\nconnection: close\r\n\r\n';

test('while it closes, a connection that is in use gets answers, as proxies go on using it', async ({
  database,
  databaseUrl,
}) => {
  const replica = await startReplica({ database, databaseUrl });
  await replica.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = replica.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const answers = text(socket);
  const arrived = once(replica.app.server, 'request');
  socket.write(`${FIRST}content-type: application/json\r\n\r\n`);
  await arrived;

  const closed = replica.stop();
  socket.write(`{}${SECOND}`);
  await closed;

  expect((await answers).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base, describe, expect } from 'vitest';
import { createOutbound, describeOutboundFault } from './outbound.ts';

const test = base.extend<{ server: { port: number; seen: string[] } }>({
  server: async ({ task: _task }, use) => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? '');
      switch (request.url) {
        case '/redirect':
          response.writeHead(302, { location: '/elsewhere' }).end();
          break;
        case '/large':
          response.end('x'.repeat(600 * 1024));
          break;
        case '/silence':
          break;
        default:
          response.end('hello');
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await use({ port: (server.address() as AddressInfo).port, seen });
    server.closeAllConnections();
    server.close();
  },
});

describe('a call to an address that somebody else chose', () => {
  test.for([
    ['127.0.0.1', 'loopback'],
    ['localhost', 'a name of loopback'],
    ['[::1]', 'loopback in IPv6'],
    ['[::ffff:127.0.0.1]', 'loopback dressed as IPv6'],
    ['2130706433', 'loopback as one number'],
    ['0.0.0.0', 'any address of this machine'],
    ['10.0.0.1', 'a private network'],
    ['169.254.169.254', 'the metadata of a cloud'],
    ['100.64.0.1', 'the network of a carrier'],
    ['[fd00::1]', 'a private network in IPv6'],
    ['[64:ff9b::a00:1]', 'a private network behind NAT64'],
  ])('to %s (%s) is not made', async ([host], { server }) => {
    const call = createOutbound({ privateNetworks: [] });

    const fault = await call(`http://${host}:${server.port}/`).catch(describeOutboundFault);

    expect(fault).toMatch(/is no public address; OUTBOUND_PRIVATE_NETWORKS can allow it$/);
    expect(server.seen).toEqual([]);
  });

  test('in a network that is allowed is made', async ({ server }) => {
    const call = createOutbound({ privateNetworks: ['::1/128', '127.0.0.0/8'] });

    const answer = await call(`http://localhost:${server.port}/`);

    expect(await answer.text()).toBe('hello');
  });

  test('follows no redirect', async ({ server }) => {
    const call = createOutbound({ privateNetworks: ['127.0.0.0/8'] });

    const answer = await call(`http://127.0.0.1:${server.port}/redirect`);

    expect(answer.status).toBe(302);
    expect(server.seen).toEqual(['/redirect']);
  });

  test.for([
    ['large', 'the answer is larger than 512 KiB'],
    ['silence', 'no answer within 5 seconds'],
  ])('does not put up with %s', async ([path, words], { server }) => {
    const call = createOutbound({ privateNetworks: ['127.0.0.0/8'] });

    const fault = await call(`http://127.0.0.1:${server.port}/${path}`)
      .then((answer) => answer.text())
      .catch(describeOutboundFault);

    expect(fault).toBe(words);
  });
});

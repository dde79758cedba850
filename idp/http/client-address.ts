import { BlockList, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';

/**
 * Takes the client's address from the header of TRUSTED_PLATFORM, when a proxy of ours sent the request: from anybody
 * else it is what they made up. Without that header Fastify goes by X-Forwarded-For, with the same proxies.
 */
export function addClientAddress(
  app: FastifyInstance,
  { TRUST_PROXY, TRUSTED_PLATFORM }: Config,
): void {
  if (!TRUST_PROXY || !TRUSTED_PLATFORM) {
    return;
  }
  const proxies = listNetworks(TRUST_PROXY);
  app.addHook('onRequest', async (request) => {
    const named = request.headers[TRUSTED_PLATFORM];
    const { remoteAddress = '' } = request.socket;
    const isTrusted =
      isIP(remoteAddress) > 0 && proxies.check(remoteAddress, familyOf(remoteAddress));
    if (isTrusted && typeof named === 'string' && isIP(named) > 0) {
      Object.defineProperty(request, 'ip', { value: named });
    }
  });
}

function listNetworks(cidrs: string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/');
    const family = familyOf(address);
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** An address of IPv4 as it is; of IPv6 the first 64 bits, of which one household has all the rest. */
export function toNetwork(ip: string | null | undefined): string {
  const address = (ip ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (!address.includes(':')) {
    return address;
  }
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const behind = tail?.split(':').filter(Boolean).length ?? 0;
  const leftOut = tail === undefined ? 0 : 8 - groups.length - behind;
  return [...groups, ...Array<string>(Math.max(0, leftOut)).fill('0')].slice(0, 4).join(':');
}

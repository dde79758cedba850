import { expect, test } from 'vitest';
import { toNetwork } from './network.ts';

test.for([
  ['203.0.113.9', '203.0.113.9', 'as it is'],
  ['::ffff:203.0.113.9', '203.0.113.9', 'IPv4 in the clothes of IPv6'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2', 'one of many of a household'],
  ['2001:db8::6', '2001:db8:0:0', 'with zeros left out'],
  ['2001:db8:1:2::', '2001:db8:1:2', 'with zeros left out at the end'],
  ['::1', '0:0:0:0', 'the machine itself'],
  ['fe80::1%eth0', 'fe80:0:0:0', 'a neighbour'],
  [undefined, '', 'through a socket'],
] as const)('the network of %s is %j: %s', ([ip, network]) => {
  expect(toNetwork(ip)).toBe(network);
});

import { expect, test } from 'vitest';
import { toReturnPath } from './navigation.ts';

test.for([
  ['/', '/', 'the dashboard'],
  ['/interaction/a?b=c#d', '/interaction/a?b=c#d', 'a path with all its parts'],
  [undefined, '/', 'nothing asked for'],
  ['https://evil.example/', '/', 'another origin'],
  ['//evil.example/', '/', 'another origin without a scheme'],
  ['/\\evil.example/', '/', 'a backslash, which browsers read as a slash'],
  ['https:evil.example', '/', 'a scheme that browsers complete'],
  ['https:/evil.example', '/', 'a scheme with one slash'],
  ['/\t/evil.example/', '/', 'a tab, which browsers drop'],
  ['javascript:alert(1)', '/', 'a script'],
] as const)('after signing in, %j leads to %j: %s', ([wanted, expected]) => {
  expect(toReturnPath(wanted, 'https://id.example')).toBe(expected);
});

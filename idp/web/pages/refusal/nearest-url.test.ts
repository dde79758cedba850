import { describe, expect, test } from 'vitest';
import { findNearest, nameDifference } from './nearest-url.ts';

const REGISTERED = ['https://wiki.example/callback', 'https://ci.example/oauth2/return'];

describe('the nearest registered address', () => {
  test('is the one that takes the fewest changes, with the part that differs', () => {
    expect(findNearest('https://wiki.example/cb', REGISTERED)).toEqual({
      registered: 'https://wiki.example/callback',
      before: 'https://wiki.example/c',
      theirs: 'allback',
      sent: 'b',
      after: '',
    });
    expect(findNearest('https://ci.example:8443/oauth2/return', REGISTERED)).toMatchObject({
      before: 'https://ci.example',
      theirs: '',
      sent: ':8443',
      after: '/oauth2/return',
    });
  });

  test('shares no letter twice', () => {
    expect(findNearest('https://a/aa', ['https://a/aaa'])).toMatchObject({
      before: 'https://a/aa',
      theirs: 'a',
      sent: '',
      after: '',
    });
  });

  test('is none where nothing is registered', () => {
    expect(findNearest('https://wiki.example/cb', [])).toBeNull();
  });
});

test.for([
  ['https://wiki.example/callback/', 'slash'],
  ['https://wiki.example/Callback', 'case'],
  ['http://wiki.example/callback', 'scheme'],
  ['https://wiki.example:8443/callback', 'port'],
  ['https://wikis.example/callback', 'host'],
  ['https://wiki.example/callback?x=1', 'path'],
  ['not an address', 'host'],
] as const)('%s differs in its %s', ([sent, kind]) => {
  expect(nameDifference(sent, 'https://wiki.example/callback')).toBe(kind);
});

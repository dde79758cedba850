import { describe, expect, test } from 'vitest';
import { judgeRedirects } from './redirects-matched.ts';

const NOW = new Date('2026-01-02T00:00:00Z');
const CALLBACKS = ['https://wiki.example.com/cb'];

function judge(redirectUri: string, at = NOW) {
  return judgeRedirects(CALLBACKS, { clientId: 'wiki', redirectUri, at }, NOW);
}

describe('a callback URL that was sent', () => {
  test('cannot pretend to be a part of our sentence', () => {
    const { aspect } = judge('https://evil.example/", which is registered; all is well');

    expect(aspect.message).toContain('"https://evil.example/\\", which is registered');
  });

  test('is told in an Event that holds it whole, however long it is', () => {
    const { aspect, notes } = judge('a'.repeat(2048));

    // The operator cuts the text of an Event at 1,000 characters.
    expect(aspect.message.length).toBeLessThan(1000);
    expect(notes).toEqual([
      { type: 'Warning', reason: 'RedirectURIMismatch', text: aspect.message },
    ]);
  });

  test('that is registered by now is no trouble any more', () => {
    expect(judge('https://wiki.example.com/cb').aspect.status).toBe('True');
  });

  test('is old news after a day, and until then its end is the next thing to look at', () => {
    const nearlyOver = judge('https://a.example/', new Date('2026-01-01T00:00:01Z'));
    const over = judge('https://a.example/', new Date('2026-01-01T00:00:00Z'));

    expect(nearlyOver).toMatchObject({
      aspect: { status: 'False' },
      nextRun: new Date('2026-01-02T00:00:01Z'),
    });
    expect(over).toEqual({ aspect: expect.objectContaining({ status: 'True' }), notes: [] });
  });
});

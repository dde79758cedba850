import { describe, expect, test } from 'vitest';
import { type Answer, judgeDkim, judgeDmarc, judgeSpf, listDmarcNames } from './sender.rules.ts';

describe('an SPF record', () => {
  test.for<[string, Answer, string, string]>([
    ['that names who sends', ['v=spf1 include:mail.example -all'], 'ok', 'found'],
    ['that ends softly', ['v=spf1 mx ~all'], 'ok', 'found'],
    ['of another domain', ['v=spf1 redirect=_spf.example.net'], 'ok', 'found'],
    ['beside other texts', ['google-site-verification=x', 'V=SPF1 mx -all'], 'ok', 'found'],
    ['that is not there', ['v=spf10 -all'], 'warning', 'missing'],
    ['of a domain that is not there', null, 'warning', 'missing'],
    ['that lets everybody send', ['v=spf1 +all'], 'warning', 'open'],
    ['that has no opinion', ['v=spf1 mx ?all'], 'warning', 'open'],
    ['that has no end', ['v=spf1 mx'], 'warning', 'open'],
    ['that is there twice', ['v=spf1 -all', 'v=spf1 mx -all'], 'failed', 'several'],
    [
      'that asks too often',
      [`v=spf1 ${'include:x.example '.repeat(9)}mx a -all`],
      'failed',
      'too_long',
    ],
    [
      'that asks as often as it may',
      [`v=spf1 ${'include:x.example '.repeat(9)}mx ip4:192.0.2.0/24 -all`],
      'ok',
      'found',
    ],
  ])('%s', ([, answer, status, code]) => {
    expect(judgeSpf('example.com', answer)).toMatchObject({ status, code });
  });
});

describe('DKIM', () => {
  test('cannot be in use where no name exists for its keys', () => {
    expect(judgeDkim('_domainkey.example.com', null)).toMatchObject({ code: 'missing' });
  });

  test('may be in use where there is something below that name', () => {
    expect(judgeDkim('_domainkey.example.com', [])).toMatchObject({ code: 'possible' });
  });
});

describe('DMARC', () => {
  const judge = (...answers: Answer[]) =>
    judgeDmarc(
      'id.example.com',
      listDmarcNames('id.example.com').map((name, index) => ({
        name,
        answer: answers[index] ?? null,
      })),
    );

  test('is asked of the domain and of those above it', () => {
    expect(listDmarcNames('id.example.com')).toEqual([
      '_dmarc.id.example.com',
      '_dmarc.example.com',
    ]);
    expect(listDmarcNames('localhost')).toEqual(['_dmarc.localhost']);
  });

  test.for<[string, Answer[], string, string]>([
    ['that rejects', [['v=DMARC1; p=reject']], 'ok', 'found'],
    ['of the domain above', [null, ['v=DMARC1;p=quarantine']], 'ok', 'found'],
    [
      'of the domain above, for those below',
      [[], ['v=DMARC1; p=reject; sp=none']],
      'warning',
      'watching',
    ],
    ['that only watches', [['v=DMARC1; p=none; rua=mailto:x@example.com']], 'warning', 'watching'],
    ['that is not there', [['v=spf1 -all'], []], 'warning', 'missing'],
    ['without a policy', [['v=DMARC1; rua=mailto:x@example.com']], 'failed', 'broken'],
    ['that is there twice', [['v=DMARC1; p=none', 'v=DMARC1; p=reject']], 'failed', 'several'],
  ])('%s', ([, answers, status, code]) => {
    expect(judge(...answers)).toMatchObject({ status, code });
  });
});

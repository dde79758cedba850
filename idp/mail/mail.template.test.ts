import { describe, expect, test } from 'vitest';
import type { MailContent } from '#core';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import { renderMail } from './mail.template.ts';

const INSTANCE = { name: 'Example ID', appUrl: 'https://id.example.com' };
const link = 'https://id.example.com/somewhere/token';
const at = '2027-01-31T12:00:00Z';

const MAILS: MailContent[] = [
  { kind: 'invitation', values: { link, expiresAt: at } },
  { kind: 'sign_up', values: { link, expiresAt: at } },
  { kind: 'login_link', values: { link, expiresAt: at } },
  { kind: 'email_verification', values: { link, expiresAt: at } },
  { kind: 'address_in_use', values: {} },
  { kind: 'new_device', values: { device: 'Firefox on Linux', ip: '192.0.2.1', at } },
  { kind: 'passkey_added', values: { passkey: 'Blue key', at } },
  { kind: 'passkey_removed', values: { passkey: 'Blue key', at } },
  { kind: 'api_key_expiring', values: { apiKey: 'Pipeline', expiresAt: at } },
  { kind: 'tokens_revoked', values: { application: 'Grafana', at } },
  { kind: 'test', values: {} },
];

const LANGUAGES = { en, de, fr };

describe.for(MAILS.map((mail) => [mail.kind, mail] as const))(
  'a mail of the kind %s',
  ([, mail]) => {
    test.for(Object.keys(LANGUAGES))('says everything in the language %s', (language) => {
      const { subject, text, html } = renderMail(mail, INSTANCE, language);

      expect(`${subject}${text}${html}`).not.toMatch(/\{\w+\}/);
      expect(subject).not.toBe('');
      for (const value of Object.values(mail.values).filter((one) => one !== at)) {
        expect(text).toContain(value);
        expect(html).toContain(value);
      }
    });

    test('leads to this Permiso only', () => {
      const { text, html } = renderMail(mail, INSTANCE, 'en');

      for (const [, origin] of `${text}${html}`.matchAll(/(https?:\/\/[^/\s)"<]+)/g)) {
        expect(origin).toBe(INSTANCE.appUrl);
      }
    });
  },
);

test.for([
  ['German', de],
  ['French', fr],
] as const)('%s has exactly the texts of English', ([, texts]) => {
  expect(Object.keys(texts)).toEqual(Object.keys(en));
});

test('what a person typed cannot become markup', () => {
  const values = { passkey: '<img src=x onerror=alert(1)>', at };

  const { html } = renderMail({ kind: 'passkey_added', values }, INSTANCE, 'en');

  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).not.toContain('<img');
});

test('a language that we do not speak gets English', () => {
  const { subject } = renderMail({ kind: 'test', values: {} }, INSTANCE, 'eo');

  expect(subject).toBe('Example ID can send mail');
});

import { expect, test } from 'vitest';
import de from './de.json';
import en from './en.json';
import fr from './fr.json';
import { t } from './locales.ts';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

test.for([
  ['German', de],
  ['French', fr],
] as const)('%s says everything that English says', ([, texts]) => {
  expect(Object.keys(texts)).toEqual(Object.keys(en));
});

test.for([
  ['German', de],
  ['French', fr],
] as const)('%s fills in the same values as English', ([, texts]) => {
  const wanted = Object.entries(en).map(([key, text]) => [key, placeholders(text)]);

  expect(Object.entries(texts).map(([key, text]) => [key, placeholders(text)])).toEqual(wanted);
});

test('a count chooses the form of the sentence', () => {
  expect(t('dashboard.count', { count: 1 })).toBe('1 application is open to you.');
  expect(t('dashboard.count', { count: 2 })).toBe('2 applications are open to you.');
});

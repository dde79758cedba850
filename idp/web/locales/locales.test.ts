import { expect, test } from 'vitest';
import de from './de.json';
import en from './en.json';
import fr from './fr.json';
import insideDe from './inside/de.json';
import insideEn from './inside/en.json';
import insideFr from './inside/fr.json';
import { chooseInside, t } from './locales.ts';

const ENGLISH = { ...en, ...insideEn };
const TRANSLATIONS = [
  ['German', { ...de, ...insideDe }],
  ['French', { ...fr, ...insideFr }],
] as const;

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

test.for(TRANSLATIONS)('%s says everything that English says', ([, texts]) => {
  expect(Object.keys(texts)).toEqual(Object.keys(ENGLISH));
});

test.for(TRANSLATIONS)('%s fills in the same values as English', ([, texts]) => {
  const wanted = Object.entries(ENGLISH).map(([key, text]) => [key, placeholders(text)]);

  expect(Object.entries(texts).map(([key, text]) => [key, placeholders(text)])).toEqual(wanted);
});

test('a count chooses the form of the sentence', async () => {
  await chooseInside();

  expect(t('dashboard.count', { count: 1 })).toBe('1 application is open to you.');
  expect(t('dashboard.count', { count: 2 })).toBe('2 applications are open to you.');
});

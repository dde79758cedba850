import { signal } from '@preact/signals';
import en from './en.json';
import type insideEn from './inside/en.json';

type Plain<K> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K;
export type Key = Plain<keyof typeof en | keyof typeof insideEn>;
export type Values = Record<string, string | number>;

type Texts = Record<string, string>;

type Fetch = () => Promise<{ default: Texts }>;

/** English is part of the bundle, as source and last resort; the others are fetched by those who read them. */
const OTHERS: Record<string, Fetch> = {
  de: () => import('./de.json'),
  fr: () => import('./fr.json'),
};

/** What the dashboard and the settings say besides: nobody needs it who only passes through. */
const INSIDE: Record<string, Fetch> = {
  en: () => import('./inside/en.json'),
  de: () => import('./inside/de.json'),
  fr: () => import('./inside/fr.json'),
};

/** The languages by their own names, which whoever wants one can read. */
export const LANGUAGES = [
  ['en', 'English'],
  ['de', 'Deutsch'],
  ['fr', 'Français'],
] as const;

let texts: Texts = en;
let chosen = 'en';
let isInside = false;
let plural = new Intl.PluralRules('en');

/** Drawn pages are drawn anew when it changes. */
export const language = signal('en');

/** The text of `key` with its `{placeholders}` filled; `count` chooses the plural form. */
export function t(key: Key, values: Values = {}): string {
  const text =
    typeof values.count === 'number'
      ? (texts[`${key}_${plural.select(values.count)}`] ?? texts[`${key}_other`])
      : texts[key];
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** All texts of one kind, such as the names of events. */
export function keysUnder(prefix: string): Key[] {
  return (Object.keys(texts) as Key[]).filter((key) => key.startsWith(prefix));
}

/** Takes the first language of `wanted` that exists. */
export async function chooseLocale(wanted: readonly string[]): Promise<void> {
  const known = wanted
    .map((tag) => tag.slice(0, 2).toLowerCase())
    .find((tag) => tag === 'en' || tag in OTHERS);
  await takeTexts(known ?? 'en');
}

/** For a page of the dashboard or the settings, before it is drawn. */
export async function chooseInside(): Promise<void> {
  if (!isInside) {
    isInside = true;
    await takeTexts(chosen);
  }
}

async function takeTexts(tag: string): Promise<void> {
  chosen = tag;
  const [everywhere, inside] = await Promise.all([
    OTHERS[tag]?.(),
    isInside ? INSIDE[tag]?.() : undefined,
  ]);
  // Somebody chose another one meanwhile.
  if (tag === chosen) {
    texts = { ...(everywhere?.default ?? en), ...inside?.default };
    plural = new Intl.PluralRules(tag);
    language.value = tag;
  }
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(language.value, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(new Date(iso));
}

export function formatDate(date: Date): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'long' }).format(date);
}

const COOKIE = 'permiso_language';
const ONE_YEAR = 60 * 60 * 24 * 365;

/** What the person chose in the account goes before everything else, also before the next sign-in in this browser. */
export async function followAccount(wanted: string | null): Promise<void> {
  const age = wanted ? ONE_YEAR : 0;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari 17 and Firefox 128
  document.cookie = `${COOKIE}=${wanted ?? ''}; Path=/; Max-Age=${age}; SameSite=Lax`;
  if (wanted && wanted !== chosen) {
    await chooseLocale([wanted]);
  }
}

import en from './en.json';

type Plain<K> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K;
export type Key = Plain<keyof typeof en>;
export type Values = Record<string, string | number>;

type Texts = Record<string, string>;

/** English is part of the bundle, as source and last resort; the others are fetched by those who read them. */
const OTHERS: Record<string, () => Promise<{ default: Texts }>> = {
  de: () => import('./de.json'),
  fr: () => import('./fr.json'),
};

let texts: Texts = en;
let language = 'en';
let plural = new Intl.PluralRules(language);

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

/** Takes the first language of `wanted` that exists. Call once, before anything is drawn. */
export async function chooseLocale(wanted: readonly string[]): Promise<void> {
  const known = wanted
    .map((tag) => tag.slice(0, 2).toLowerCase())
    .find((tag) => tag === 'en' || tag in OTHERS);
  const load = OTHERS[known ?? 'en'];

  if (known && load) {
    texts = (await load()).default;
    language = known;
    plural = new Intl.PluralRules(language);
  }
  document.documentElement.lang = language;
}

export function formatDate(date: Date): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(date);
}

import type { CheckId, CheckView } from './diagnostics.schemas.ts';
import type { Finding } from './finding.ts';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };

type Texts = Record<string, string>;

const LOCALES: Record<string, Texts> = { en, de, fr };

/** The finding in the language of who asks; English where they have another. */
export function toCheckView(id: CheckId, finding: Finding, language: string): CheckView {
  const { status, code, values = {}, facts = [] } = finding;
  const texts = LOCALES[language] ?? (en as Texts);
  // What may happen to any check is said in the same words for all.
  const find = (key: string) => texts[`${id}.${key}`] ?? texts[`any.${key}`];
  const mend = find(`${code}.mend`);
  return {
    id,
    status,
    code,
    title: find('title') ?? id,
    summary: fill(find(code) ?? code, values),
    mend: mend === undefined ? null : fill(mend, values),
    facts: facts.map(([name, value]) => ({ name: texts[`fact.${name}`] ?? name, value })),
  };
}

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

import { readFile, writeFile } from 'node:fs/promises';
import type { Variable } from './environment.ts';

const README = new URL('../../README.md', import.meta.url);

/** Writes a program's variables into its section of the README, which so cannot say anything else than the code. */
export async function writeReadmeTable(
  section: string,
  variables: Record<string, Variable<unknown>>,
): Promise<void> {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const page = await readFile(README, 'utf8');
  const [before, rest] = split(page, begin);
  const [, after] = split(rest, end);
  await writeFile(README, `${before}${begin}\n${toTable(variables)}\n${end}${after}`);
}

function split(page: string, marker: string): [string, string] {
  const at = page.indexOf(marker);
  if (at < 0) {
    throw new Error(`README.md lacks the marker ${marker}`);
  }
  return [page.slice(0, at), page.slice(at + marker.length)];
}

function toTable(variables: Record<string, Variable<unknown>>): string {
  const rows = Object.entries(variables).map(
    ([name, variable]) =>
      `| \`${name}\` | ${toDefault(variable)} | ${variable.description.replaceAll('|', '\\|')} |`,
  );
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

function toDefault({ fallback, fallbackNote }: Variable<unknown>): string {
  if (fallbackNote !== undefined) {
    return fallbackNote;
  }
  if (fallback === undefined) {
    return '**required**';
  }
  return fallback === '' ? '' : `\`${fallback}\``;
}

import { readFile, writeFile } from 'node:fs/promises';
import type { Variable } from '#core';
import { variables } from './config.ts';

/** Writes the table of variables into the README, so that it cannot say anything else than the code does. */

const PATH = new URL('../README.md', import.meta.url);
const [BEGIN, END] = ['<!-- configuration -->', '<!-- /configuration -->'];

const readme = await readFile(PATH, 'utf8');
await writeFile(PATH, replaceBetweenMarkers(readme, toTable(variables)));
console.log('README.md');

function replaceBetweenMarkers(page: string, table: string): string {
  const [before, rest] = split(page, BEGIN);
  const [, after] = split(rest, END);
  return `${before}${BEGIN}\n${table}\n${END}${after}`;
}

function split(page: string, marker: string): [string, string] {
  const at = page.indexOf(marker);
  if (at < 0) {
    throw new Error(`README.md lacks the marker ${marker}`);
  }
  return [page.slice(0, at), page.slice(at + marker.length)];
}

function toTable(all: Record<string, Variable<unknown>>): string {
  const rows = Object.entries(all).map(
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

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const ASSETS = join(import.meta.dirname, '../web/dist/assets');
const scripts = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
const read = (name: string) => readFileSync(join(ASSETS, name), 'utf8');

/** Bytes that a server sends which compresses. */
function sizeOf(names: Iterable<string>): number {
  return [...names].reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0);
}

/** The script, and everything that it cannot run without. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (!found.has(name)) {
    found.add(name);
    for (const [, imported = ''] of read(name).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
      withImports(imported, found);
    }
  }
  return found;
}

test('who signs in fetches at most 25 kB of JavaScript', () => {
  const html = readFileSync(join(ASSETS, '../index.html'), 'utf8');
  const entry = /\/assets\/(index-[\w-]+\.js)/.exec(html)?.[1] ?? '';
  const page = scripts.find((name) => name.startsWith('sign-in.page-')) ?? '';

  expect(sizeOf(new Set([...withImports(entry), ...withImports(page)]))).toBeLessThan(25_000);
});

test('all pages together, in the longest language, are at most 120 kB of JavaScript', () => {
  const ofLanguages = (...tags: string[]) =>
    scripts.filter((name) => tags.some((tag) => name.startsWith(`${tag}-`)));
  const pages = scripts.filter((name) => !ofLanguages('de', 'en', 'fr').includes(name));
  const longest = Math.max(...['de', 'en', 'fr'].map((tag) => sizeOf(ofLanguages(tag))));

  expect(sizeOf(pages) + longest).toBeLessThan(120_000);
});

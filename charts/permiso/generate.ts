import { readFile, writeFile } from 'node:fs/promises';

/** Writes values.yaml into the README of the chart, so that it cannot say anything else. */

const chart = new URL('.', import.meta.url);
const [begin, end] = ['<!-- values -->', '<!-- /values -->'];

const values = await readFile(new URL('values.yaml', chart), 'utf8');
const readme = await readFile(new URL('README.md', chart), 'utf8');
const [before, after] = [readme.split(begin)[0], readme.split(end)[1]];
if (before === undefined || after === undefined) {
  throw new Error(`charts/permiso/README.md lacks the markers ${begin} and ${end}`);
}
await writeFile(
  new URL('README.md', chart),
  `${before}${begin}\n${toTable(values).join('\n')}\n${end}${after}`,
);
console.log('charts/permiso/README.md');

/** A line for each key: the comment above says what it is, the indentation where. */
function toTable(yaml: string): string[] {
  const rows = ['| Value | Default | Meaning |', '|---|---|---|'];
  const parents: string[] = [];
  let comment: string[] = [];
  for (const line of yaml.split('\n')) {
    const [, indent = '', key, value = ''] = /^( *)(\w+):(?: (.*))?$/.exec(line) ?? [];
    if (key !== undefined) {
      parents.length = indent.length / 2;
      parents.push(key);
      if (comment.length > 0) {
        rows.push(toRow(parents.join('.'), value, comment.join(' ')));
      }
    }
    const said = /^ *# ?(.*)$/.exec(line)?.[1];
    comment = said === undefined ? [] : [...comment, said.trim()];
  }
  return rows;
}

function toRow(path: string, value: string, comment: string): string {
  const isEmpty = value === '' || value === '""' || value === '[]' || value === '{}';
  const meaning = comment.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return `| \`${path}\` | ${isEmpty ? '' : `\`${value}\``} | ${meaning} |`;
}

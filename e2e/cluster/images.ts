import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Target } from './target.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MIGRATIONS = 'idp/core/migrations';

export const IMAGE = 'localhost/permiso:e2e';
export const NEXT_IMAGE = 'localhost/permiso:e2e-next';

const NEXT_MIGRATION = `
import { Migration } from '@mikro-orm/migrations';

export class Next extends Migration {
  override up(): void {
    this.addSql("alter table users add column of_the_next_version text not null default ''");
    this.addSql('create table of_the_next_version (name text)');
  }
}
`;

/** The image as the Dockerfile makes it, and the same with one more migration: what an upgrade is made of. */
export async function buildImages(target: Target, folder: string): Promise<void> {
  await target.build(IMAGE, ROOT);
  const context = join(folder, 'next');
  await mkdir(context);
  const list = await readFile(join(ROOT, MIGRATIONS, 'index.ts'), 'utf8');
  await writeFile(
    join(context, 'index.ts'),
    `import { Next } from './next.ts';\n${list.replace(/\];\s*$/, ", { name: '9999-next', class: Next }];\n")}`,
  );
  await writeFile(join(context, 'next.ts'), NEXT_MIGRATION);
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM ${IMAGE}\nCOPY index.ts next.ts /app/${MIGRATIONS}/\n`,
  );
  await target.build(NEXT_IMAGE, context);
  await target.load(IMAGE);
  await target.load(NEXT_IMAGE);
}

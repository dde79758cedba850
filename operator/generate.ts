import { mkdir, writeFile } from 'node:fs/promises';
import { writeReadmeTable } from '#core';
import { variables } from './config.ts';
import { generatedFiles } from './crd/generated-files.ts';

const root = new URL('..', import.meta.url);

for (const [name, content] of generatedFiles()) {
  await put(`crds/${name}`, content);
  // Helm never upgrades a chart's own crds/ folder, so the chart installs these copies as templates.
  if (name.endsWith('.yaml')) {
    await put(`charts/permiso/files/crds/${name}`, content);
  }
}

await writeReadmeTable('operator configuration', variables);

async function put(path: string, content: string): Promise<void> {
  const url = new URL(path, root);
  await mkdir(new URL('.', url), { recursive: true });
  await writeFile(url, content);
  console.log(path);
}

import { mkdir, writeFile } from 'node:fs/promises';
import { generatedFiles } from './crd/generated-files.ts';

const folder = new URL('../crds/', import.meta.url);

await mkdir(folder, { recursive: true });
for (const [name, content] of generatedFiles()) {
  await writeFile(new URL(name, folder), content);
  console.log(`crds/${name}`);
}

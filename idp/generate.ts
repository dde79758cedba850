import { writeReadmeTable } from '#core';
import { migrationVariables, variables } from './config.ts';

await writeReadmeTable('idp configuration', variables);
await writeReadmeTable('migration configuration', migrationVariables);
console.log('README.md');

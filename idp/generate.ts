import { writeReadmeTable } from '#core';
import { variables } from './config.ts';

await writeReadmeTable('idp configuration', variables);
console.log('README.md');

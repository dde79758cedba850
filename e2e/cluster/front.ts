import { readFileSync } from 'node:fs';
import { serveTls } from '../tls-server.ts';

/** Runs in a pod, in front of the Service that TARGET_HOST names. */

const { TARGET_HOST = '', CERTIFICATE = '', KEY = '' } = process.env;
const files = { cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) };

await serveTls(files, { host: '0.0.0.0', port: 8443, to: { host: TARGET_HOST, port: 80 } });

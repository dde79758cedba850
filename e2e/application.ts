import { resolve } from 'node:path';
import { findFreePort, type Permiso } from './permiso.ts';
import { type RunningProcess, run } from './process.ts';

const MAIN = resolve(import.meta.dirname, 'application/main.ts');

export interface Application {
  url: string;
  port: number;
  /** The manifest that registers it. */
  manifest(access?: string): string;
  /** Starts it with the credentials that the operator wrote, or with those that somebody typed in. */
  start(permiso: Permiso, typed?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

/** An application that is declared in YAML and finds its credentials where the operator leaves them. */
export async function createApplication(name: string): Promise<Application> {
  const port = await findFreePort();
  let process: RunningProcess | undefined;
  return {
    port,
    url: `http://localhost:${port}`,
    manifest: (access = 'mode: Everyone') => `
apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata: { name: ${name}, namespace: apps }
spec:
  displayName: ${name[0]?.toUpperCase()}${name.slice(1)}
  callbackURLs: [http://localhost:${port}/callback]
  access: { ${access} }
`,
    async start(permiso, typed) {
      const credentials = typed ?? (await permiso.credentials(`apps/${name}`));
      process = run(MAIN, {
        ISSUER: credentials.issuer_url ?? '',
        CLIENT_ID: credentials.client_id ?? '',
        CLIENT_SECRET: credentials.client_secret ?? '',
        PORT: `${port}`,
      });
      await process.line('application is listening');
    },
    async stop() {
      await process?.end('SIGKILL');
    },
  };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort, type Permiso } from '../permiso.ts';
import type { RunningProcess } from '../process.ts';

/** Where the YAML files beside this one say that the application is. */
const EXAMPLE_URL = 'https://app.example.com';

/** Installing may take minutes, once. */
export const INSTALLATION_MS = 15 * 60_000;

/** What somebody else wrote, and signs people in with Permiso. */
export interface RelyingParty {
  name: string;
  port: number;
  url: string;

  /** Installs what is missing. */
  install(): Promise<void>;

  /** Declares its client, and starts it with the credentials that the operator wrote. */
  start(permiso: Permiso): Promise<void>;
  stop(): Promise<void>;
}

interface Start {
  url: string;
  port: number;
  permiso: Permiso;
  credentials: Record<string, string>;
}

interface Recipe {
  name: string;
  install(): Promise<void>;
  run(start: Start): Promise<RunningProcess>;

  /** What it prints when it is ready. */
  ready: string;
}

/** Its client is `<name>.yaml` in this folder, but for the address. */
export async function createRelyingParty(recipe: Recipe): Promise<RelyingParty> {
  const { name } = recipe;
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  let process: RunningProcess | undefined;
  return {
    name,
    port,
    url,
    install: recipe.install,
    async start(permiso) {
      const manifest = await readFile(fileOf(`${name}.yaml`), 'utf8');
      await permiso.writeManifest(`${name}.yaml`, manifest.replaceAll(EXAMPLE_URL, url));
      await permiso.process.line(`resource=apps/${name}`);
      const credentials = await permiso.credentials(`apps/${name}`);
      process = await recipe.run({ url, port, permiso, credentials });
      await process.line(recipe.ready);
    },
    async stop() {
      await process?.end('SIGTERM');
    },
  };
}

/** A file in this folder, as its reader would copy it. */
export function fileOf(name: string): string {
  return join(import.meta.dirname, name);
}

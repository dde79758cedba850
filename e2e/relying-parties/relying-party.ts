import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort, type Permiso } from '../permiso.ts';
import type { RunningProcess } from '../process.ts';

/** Where the files beside this one say that the application and Permiso are. */
const EXAMPLES = { application: 'https://app.example.com', permiso: 'https://id.example.com' };

/** Installing may take minutes, once. */
export const INSTALLATION_MS = 15 * 60_000;

const START_MS = 60_000;

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

  /** Resolves with the first line it prints that has this text in it. */
  line(text: string): Promise<string>;
}

interface Start {
  port: number;

  /** For what it needs on disk; it goes with the test. */
  folder: string;

  /** What the operator wrote. */
  credentials: Record<string, string>;

  /** A configuration beside this file, with the addresses of this test. */
  configure(name: string): Promise<string>;
}

interface Recipe {
  name: string;
  install(): Promise<void>;
  run(start: Start): Promise<RunningProcess>;
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
      const addresses = { application: url, permiso: permiso.url };
      const read = (file: string) => readExample(file, addresses);
      await permiso.writeManifest(`${name}.yaml`, await read(`${name}.yaml`));
      await permiso.process.line(`resource=apps/${name}`);
      const credentials = await permiso.credentials(`apps/${name}`);
      const configure = async (file: string) => {
        const path = join(permiso.folder, file);
        await writeFile(path, await read(file));
        return path;
      };
      process = await recipe.run({ port, folder: permiso.folder, credentials, configure });
      await waitUntilAnswering(url, process);
    },
    async stop() {
      await process?.end('SIGTERM');
    },
    async line(text) {
      return (await process?.line(text)) ?? '';
    },
  };
}

/** Not every program says that it listens, and some say so before they do. */
async function waitUntilAnswering(url: string, { child, output }: RunningProcess): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await isAnswering(url))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`${child.spawnargs.join(' ')} does not answer at ${url}:\n${output()}`);
    }
    await sleep(50);
  }
}

function isAnswering(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}

/** A file in this folder, as its reader would copy it. */
export function fileOf(name: string): string {
  return join(import.meta.dirname, name);
}

/** Its text, with the addresses of a test. */
export async function readExample(name: string, addresses: Partial<typeof EXAMPLES>) {
  let text = await readFile(fileOf(name), 'utf8');
  for (const [role, url] of Object.entries(addresses)) {
    const example = EXAMPLES[role as keyof typeof EXAMPLES];
    text = text.replaceAll(example, url).replaceAll(new URL(example).host, new URL(url).host);
  }
  return text;
}

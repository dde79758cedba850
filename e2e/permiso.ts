import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type RunningProcess, run } from './process.ts';

const ALL_IN_ONE = resolve(import.meta.dirname, '../idp/all-in-one/main.ts');

/** One machine with Permiso on it, as `npm start` makes it. */
export class Permiso {
  readonly folder: string;
  readonly manifests: string;
  readonly port: number;
  readonly #settings: Record<string, string>;
  #process: RunningProcess | undefined;

  private constructor(folder: string, port: number, settings: Record<string, string>) {
    this.folder = folder;
    this.#settings = settings;
    this.manifests = join(folder, 'manifests');
    this.port = port;
  }

  /** It needs no settings; with an APP_URL of its own it stands behind a proxy. */
  static async create(settings: Record<string, string> = {}): Promise<Permiso> {
    const folder = await mkdtemp(join(tmpdir(), 'permiso-e2e-'));
    const permiso = new Permiso(folder, await findFreePort(), settings);
    await mkdir(permiso.manifests);
    return permiso;
  }

  get url(): string {
    return this.#settings.APP_URL ?? `http://localhost:${this.port}`;
  }

  get process(): RunningProcess {
    if (!this.#process) {
      throw new Error('Permiso was not started');
    }
    return this.#process;
  }

  async start(): Promise<void> {
    this.#process = run(ALL_IN_ONE, {
      DATA_DIR: join(this.folder, 'data'),
      MANIFESTS_DIR: this.manifests,
      PORT: `${this.port}`,
      ...this.#settings,
    });
    await this.#process.line('(Ctrl-C stops)');
  }

  async stop(): Promise<void> {
    await this.#process?.end('SIGINT');
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async writeManifest(name: string, yaml: string): Promise<void> {
    await writeFile(join(this.manifests, name), yaml);
  }

  /** What the operator wrote for a client, such as "apps/wiki". */
  async credentials(client: string): Promise<Record<string, string>> {
    const text = await readFile(join(this.manifests, '.secrets', `${client}.env`), 'utf8');
    return parseEnv(text) as Record<string, string>;
  }

  async removeManifest(name: string): Promise<void> {
    await rm(join(this.manifests, name));
  }
}

export function findFreePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

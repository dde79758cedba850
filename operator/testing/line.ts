import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ApiServerConnection } from './api-server.ts';

/** The network between an operator and its API server. */
export interface Line {
  /** For an operator at the far end of it. */
  kubeconfigPath: string;

  /** Breaks all connections and refuses new ones. */
  cut(): void;

  /** Nothing gets through any more and nobody is told; what was connected stays so for ever. */
  silence(): void;

  /** New connections work again. */
  heal(): void;
  close(): void;
}

type State = 'whole' | 'cut' | 'silent';

export async function startLine({ url, kubeconfigPath }: ApiServerConnection): Promise<Line> {
  const { port, hostname } = new URL(url);
  const ends = new Set<Socket>();
  let state: State = 'whole';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    join(near, far, ends);
    if (state === 'whole') {
      near.pipe(far).pipe(near);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = server.address() as AddressInfo;
  const path = `${kubeconfigPath}.${ownPort}`;
  const kubeconfig = await readFile(kubeconfigPath, 'utf8');
  await writeFile(path, kubeconfig.replace(url, `https://127.0.0.1:${ownPort}`));
  const breakAll = () => {
    for (const end of ends) {
      end.destroy();
    }
  };
  return {
    kubeconfigPath: path,
    cut() {
      state = 'cut';
      breakAll();
    },
    silence() {
      state = 'silent';
      for (const end of ends) {
        end.unpipe().pause();
      }
    },
    heal() {
      state = 'whole';
    },
    close() {
      breakAll();
      server.close();
    },
  };
}

/** The end of one is the end of the other. */
function join(near: Socket, far: Socket, ends: Set<Socket>): void {
  for (const end of [near, far]) {
    ends.add(end);
    end.on('error', () => {});
    end.on('close', () => {
      ends.delete(end);
      near.destroy();
      far.destroy();
    });
  }
}

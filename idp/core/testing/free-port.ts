import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the ports that the system gives to outgoing connections: while a server is down, a client that knocks at
// such a port could be given that same number for its own end, and would then talk to itself.
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** A port of the loopback address that is free and stays so while its server restarts. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) {
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

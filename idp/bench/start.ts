import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './server.ts';
import { type Row, spread } from './table.ts';

const IDLE_MS = 3_000;
const MEBIBYTE = 1024 * 1024;

/** Starts it a few times: how long until it is ready, what that costs, and what it holds when nobody asks. */
export async function measureStarts(start: () => Promise<Server>, runs: number): Promise<Row[]> {
  const wall: number[] = [];
  const cpu: number[] = [];
  const resident: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const server = await start();
    const ready = await server.usage();
    await sleep(IDLE_MS);
    const idle = await server.usage();
    await server.stop();
    wall.push(server.startMs);
    cpu.push(ready.cpuMs);
    resident.push(idle.residentBytes / MEBIBYTE);
  }
  const note = 'from the birth of the process until /readyz answers';
  return [
    { name: 'start', unit: 'ms wall', ...spread(wall), limit: 2500, note },
    { name: 'start', unit: 'ms CPU', ...spread(cpu), limit: null, note },
    {
      name: 'idle',
      unit: 'MiB',
      ...spread(resident),
      limit: 140,
      note: `resident, ${IDLE_MS / 1000} s after the start`,
    },
  ];
}

import { resolve } from 'node:path';
import { inject, onTestFailed } from 'vitest';
import { type RunningProcess, runProgram } from '../process.ts';
import { filesOf } from './files.ts';
import { IMAGE } from './images.ts';
import { apply, configMap, kubectl, readManifest } from './kubectl.ts';
import { HOST, NAMESPACE } from './stage.ts';

const IDP = resolve(import.meta.dirname, '../../idp');
const PATIENCE_MS = 120_000;
const LONGEST_MS = 900_000;

const SOURCES = {
  'load-bench': ['bench/load.ts', 'bench/load-lane.ts', 'bench/load-report.ts'],
  'load-testing': ['authenticator', 'browser', 'connection', 'people', 'relying-party'].map(
    (name) => `testing/${name}.ts`,
  ),
  'load-builders': ['core/testing/builders.ts'],
};

/** What idp/bench/load.ts prints at its end. */
interface LoadSummary {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  longest: number;
  signIns: number;
  lostSessions: number;
  lostTokens: number;
  races: number;
  doubleSpends: number;
  failed: number;
  failures: Record<string, number>;
  firstFailure: number | null;
  lastFailure: number | null;
  outages: { from: number; to: number | null }[];
}

export interface Load {
  /** Resolves when so many thousand requests were sent. */
  reach(thousands: number): Promise<void>;
  stop(): Promise<LoadSummary>;
}

/** Sign-ins, refreshes and questions after people, from a pod in the namespace, until it is stopped. */
export async function startLoad({ perSecond = 100, races = false } = {}): Promise<Load> {
  await kubectl(
    ...['delete', 'job', 'load', '-n', NAMESPACE],
    ...['--ignore-not-found', '--cascade=foreground'],
  );
  for (const [name, paths] of Object.entries(SOURCES)) {
    await apply(NAMESPACE, configMap(name, await filesOf(IDP, paths)));
  }
  const places = { image: IMAGE, host: HOST, requests: '60000', races: races ? '1' : '' };
  await apply(NAMESPACE, await readManifest('load', { ...places, perSecond: `${perSecond}` }));
  await kubectl(
    ...['wait', '-n', NAMESPACE, 'pod', '-l', 'app=load', '--for=condition=Ready', '--timeout=60s'],
  );
  const log = follow();
  await log.line('load is running', PATIENCE_MS);

  const stop = async () => {
    const signal = 'process.kill(1, "SIGTERM")';
    await kubectl('exec', '-n', NAMESPACE, 'job/load', '--', 'node', '-e', signal);
  };
  onTestFailed(async () => {
    await stop().catch(() => {});
  });

  return {
    reach: async (thousands) => void (await log.line(`requests: ${thousands}000`, LONGEST_MS)),
    async stop() {
      await stop();
      const line = await log.line('report: ', PATIENCE_MS);
      await log.gone;
      return JSON.parse(line.slice('report: '.length));
    },
  };
}

function follow(): RunningProcess {
  return runProgram('kubectl', ['logs', '-f', '-n', NAMESPACE, 'job/load'], {
    KUBECONFIG: inject('kubeconfig'),
  });
}

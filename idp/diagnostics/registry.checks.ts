import { countAbleAdministrators, isSetUpOpen, listRecentMismatches, listResources } from '#core';
import type { Check, Finding, Means } from './finding.ts';

/** Nobody reads more at once; the list of resources has all of them. */
const SHOWN = 20;

export const REGISTRY_CHECKS: Check[] = [
  { id: 'redirects', run: checkRedirects },
  { id: 'resources', run: checkResources },
  { id: 'set_up', run: checkSetUp },
];

async function checkRedirects({ em }: Means): Promise<Finding> {
  const mismatches = await listRecentMismatches(em);
  if (mismatches.length === 0) {
    return { status: 'ok', code: 'matched' };
  }
  const facts = mismatches
    .slice(0, SHOWN)
    .map(({ clientId, redirectUri }): [string, string] => [clientId, redirectUri]);
  return { status: 'warning', code: 'mismatch', values: { count: mismatches.length }, facts };
}

async function checkResources({ em }: Means): Promise<Finding> {
  const resources = await listResources(em);
  if (resources.length === 0) {
    return { status: 'off', code: 'none' };
  }
  const waiting = resources.filter(({ ready }) => !ready);
  if (waiting.length === 0) {
    return { status: 'ok', code: 'ready', values: { count: resources.length } };
  }
  const facts = waiting
    .slice(0, SHOWN)
    .map(({ kind, namespace, name, reason, message }): [string, string] => [
      `${kind} ${namespace}/${name}`,
      `${reason}: ${message}`,
    ]);
  const values = { waiting: waiting.length, count: resources.length };
  return { status: 'failed', code: 'not_ready', values, facts };
}

async function checkSetUp({ em }: Means): Promise<Finding> {
  const able = await countAbleAdministrators(em);
  if (await isSetUpOpen(em)) {
    return { status: 'warning', code: 'open' };
  }
  const code = able === 0 ? 'nobody' : able === 1 ? 'one' : 'closed';
  return { status: able === 0 ? 'failed' : 'ok', code, values: { count: able } };
}

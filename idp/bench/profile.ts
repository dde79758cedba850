import type { Profiler } from 'node:inspector';

type Frame = Profiler.ProfileNode;

/** What took the time, in shares of the time that was not idle. */
export interface Cost {
  name: string;

  /** Share in code of its own, and with all that it called before it waited for something. */
  self: number;
  total: number;
}

/** The costs by package and file, dearest first. */
export function summarise(profile: Profiler.Profile): Cost[] {
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)),
  );
  const frames = new Map(profile.nodes.map((node) => [node.id, node]));
  const costs = new Map<string, Cost>();
  const costOf = (name: string) => {
    const cost = costs.get(name) ?? { name, self: 0, total: 0 };
    costs.set(name, cost);
    return cost;
  };
  let busy = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = frames.get(id);
    const micros = Math.max(0, profile.timeDeltas?.[index] ?? 0);
    if (frame && isOurs(frame, parents)) {
      busy += micros;
      costOf(nameOf(frame)).self += micros;
      for (const name of namesAbove(frame, parents)) {
        costOf(name).total += micros;
      }
    }
  }
  return [...costs.values()]
    .map(({ name, self, total }) => ({ name, self: self / busy, total: total / busy }))
    .toSorted((one, other) => other.self - one.self);
}

/** Not waiting, and not busy with being profiled. */
function isOurs(frame: Frame, parents: ReadonlyMap<number, Frame>): boolean {
  const names = namesAbove(frame, parents);
  return !names.has('native: (idle)') && !names.has('idp/bench/probe.ts');
}

function namesAbove(frame: Frame, parents: ReadonlyMap<number, Frame>): Set<string> {
  const names = new Set<string>();
  for (let at: Frame | undefined = frame; at; at = parents.get(at.id)) {
    if (at.callFrame.functionName !== '(root)') {
      names.add(nameOf(at));
    }
  }
  return names;
}

/** A package, a module of Node, or a file of ours. */
function nameOf({ callFrame: { url, functionName } }: Frame): string {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const own = /\/((?:idp|operator)\/.+)$/.exec(url)?.[1];
  return name ?? own ?? (url === '' ? `native: ${functionName || '(anonymous)'}` : url);
}

import { Readable } from 'node:stream';
import { type AuditLine, type AuditQuery, type EntityManager, listAuditEvents } from '#core';
import type { AuditEventView } from './audit.schemas.ts';
import { toCursor } from './audit-view.ts';

/** Enough for a spreadsheet; whoever needs more goes on with a narrower range of dates, or by the API. */
const EXPORT_LIMIT = 100_000;
const BATCH = 1_000;

export interface Export {
  query: Pick<AuditQuery, 'own' | 'filter'>;
  toView: (line: AuditLine) => AuditEventView;
}

type Exporter = (em: EntityManager, what: Export, limit?: number) => Readable;

/** Written while it is read, a batch at a time and no faster than the browser takes it. */
export const EXPORTERS: Record<'csv' | 'json', { type: string; write: Exporter }> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    write: (em, what, limit = EXPORT_LIMIT) => Readable.from(writeCsv(em, what, limit)),
  },
  json: {
    type: 'application/json; charset=utf-8',
    write: (em, what, limit = EXPORT_LIMIT) => Readable.from(writeJson(em, what, limit)),
  },
};

async function* readBatches(
  em: EntityManager,
  { query }: Export,
  limit: number,
): AsyncGenerator<AuditLine[]> {
  let before: AuditLine | undefined;
  for (let count = 0; count < limit; count += BATCH) {
    const lines = await listAuditEvents(em, { ...query, before, limit: BATCH });
    yield lines;
    before = lines.at(-1);
    if (lines.length < BATCH) {
      return;
    }
  }
}

/** The same shape as a page of the API, with the same way to go on. */
async function* writeJson(em: EntityManager, what: Export, limit: number): AsyncGenerator<string> {
  let separator = '{"events":[\n';
  let last: AuditLine | undefined;
  let count = 0;
  for await (const lines of readBatches(em, what, limit)) {
    for (const line of lines) {
      yield separator + JSON.stringify(what.toView(line));
      separator = ',\n';
    }
    count += lines.length;
    last = lines.at(-1) ?? last;
  }
  const next = last && count >= limit ? toCursor(last) : null;
  yield `${count === 0 ? separator : ''}],"next":${JSON.stringify(next)}}\n`;
}

const COLUMNS: [name: string, value: (view: AuditEventView) => string | null | undefined][] = [
  ['time', ({ time }) => time],
  ['event', ({ event }) => event],
  ['actor_kind', ({ actor }) => actor.kind],
  ['actor', ({ actor }) => actor.name ?? actor.id],
  ['user', ({ user }) => user?.username ?? user?.id],
  ['target_kind', ({ target }) => target?.kind],
  ['target', ({ target }) => target?.id],
  ['target_name', ({ target }) => target?.name],
  ['ip', ({ ip }) => ip],
  ['device', ({ device }) => device],
  ['request_id', ({ requestId }) => requestId],
  ['details', ({ details }) => JSON.stringify(details)],
];

async function* writeCsv(em: EntityManager, what: Export, limit: number): AsyncGenerator<string> {
  yield toRow(COLUMNS.map(([name]) => name));
  for await (const lines of readBatches(em, what, limit)) {
    yield lines
      .map(what.toView)
      .map((view) => toRow(COLUMNS.map(([, value]) => value(view) ?? '')))
      .join('');
  }
}

function toRow(cells: string[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

/** RFC 4180, and harmless: a spreadsheet would carry out what begins like a formula, so a quote goes before it. */
export function toCell(value: string): string {
  const harmless = /^[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u.test(value)
    ? `'${value}`
    : value;
  return /[",\r\n]/.test(harmless) || harmless !== value
    ? `"${harmless.replaceAll('"', '""')}"`
    : harmless;
}

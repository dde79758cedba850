import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the operator measures. Labels come from closed sets only; a resource's name is none. */
export function createMetrics() {
  const registry = new Registry();
  const measures = new Set<() => void>();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...createCounters([registry]),
    ...createGauges([registry], () => {
      for (const measure of measures) {
        measure();
      }
    }),

    /** Has the gauges set just before somebody reads them. */
    onRead(measure: () => void): void {
      measures.add(measure);
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

function createCounters(registers: Registry[]) {
  return {
    reconciles: new Counter({
      name: 'permiso_operator_reconcile_total',
      help: 'Reconciles by kind and result (ready, refused, failed, retired)',
      labelNames: ['kind', 'result'],
      registers,
    }),
    duration: new Histogram({
      name: 'permiso_operator_reconcile_seconds',
      help: 'How long a reconcile took',
      labelNames: ['kind'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 2, 10],
      registers,
    }),
    watchRestarts: new Counter({
      name: 'permiso_operator_watch_restarts_total',
      help: 'Watches that were interrupted and looked again',
      labelNames: ['kind'],
      registers,
    }),
  };
}

function createGauges(registers: Registry[], collect: () => void) {
  return {
    resources: new Gauge({
      name: 'permiso_operator_resources',
      help: 'Resources by kind and readiness',
      labelNames: ['kind', 'ready'],
      registers,
      collect,
    }),
    queueDepth: new Gauge({
      name: 'permiso_operator_queue_depth',
      help: 'Resources that wait to be reconciled or are being reconciled',
      registers,
    }),
    queueAge: new Gauge({
      name: 'permiso_operator_queue_oldest_seconds',
      help: 'How long the oldest of them has waited',
      registers,
    }),
    leader: new Gauge({
      name: 'permiso_operator_leader',
      help: '1 while this process leads',
      registers,
    }),
  };
}

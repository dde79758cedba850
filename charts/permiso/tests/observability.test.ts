import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { connectDatabase } from '../../../idp/core/database.ts';
import { createMetrics as createIdpMetrics } from '../../../idp/http/metrics.ts';
import { createMetrics as createOperatorMetrics } from '../../../operator/runtime/metrics.ts';
import { findManifest } from './manifests.ts';
import { test } from './test.ts';

const DASHBOARD = join(import.meta.dirname, '../files/dashboard.json');

/** What Prometheus adds by itself. */
const ADDED_LABELS = ['namespace', 'service', 'job', 'pod', 'le'];
const ADDED_METRICS = ['up'];

interface Known {
  name: string;
  labelNames: string[];
}

describe('alerts', () => {
  test('ask for metrics and labels that there are', async ({ manifestsOf }) => {
    const rules = await rulesIn(manifestsOf);

    expect(await strangersIn(rules.map(({ expr }) => expr))).toEqual([]);
  });

  test('name this release, how bad it is and what to do next', async ({ manifestsOf }) => {
    const rules = await rulesIn(manifestsOf);

    expect(rules.length).toBeGreaterThan(10);
    for (const { expr, labels, annotations } of rules) {
      expect(expr).toMatch(/namespace="permiso",service="permiso-(idp-metrics|operator)"/);
      expect(labels.severity).toMatch(/^(critical|warning)$/);
      expect(annotations.description).toMatch(/\.$/);
    }
  });

  test('look at Services that there are', async ({ manifestsOf }) => {
    const manifests = await manifestsOf('everything on');

    for (const name of ['permiso-idp-metrics', 'permiso-operator']) {
      const { spec } = findManifest(manifests, 'Service', name);
      expect(spec).toMatchObject({ clusterIP: 'None', ports: [{ name: 'metrics', port: 9464 }] });
    }
  });
});

describe('the dashboard', () => {
  test('asks for metrics and labels that there are', async () => {
    const { panels } = JSON.parse(await readFile(DASHBOARD, 'utf8'));
    const targets = panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) => targets);

    expect(targets.length).toBeGreaterThan(15);
    expect(await strangersIn(targets.map(({ expr }: { expr: string }) => expr))).toEqual([]);
  });
});

interface Rule {
  expr: string;
  labels: { severity: string };
  annotations: { description: string };
}

async function rulesIn(
  manifestsOf: (name: 'everything on') => Promise<Parameters<typeof findManifest>[0]>,
): Promise<Rule[]> {
  const { spec } = findManifest(await manifestsOf('everything on'), 'PrometheusRule', 'permiso');
  return spec.groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
}

/** Names of metrics and labels that neither program knows. */
async function strangersIn(expressions: string[]): Promise<string[]> {
  const known = new Map((await listMetrics()).map(({ name, labelNames }) => [name, labelNames]));
  return expressions.flatMap((expression) =>
    [...expression.matchAll(/([a-z_][a-z0-9_]*)\{([^}]*)\}/g)].flatMap(
      ([, metric = '', matchers = '']) => {
        const labels = known.get(metric.replace(/_bucket$/, ''));
        if (!labels) {
          return ADDED_METRICS.includes(metric) ? [] : [metric];
        }
        const asked = [...matchers.matchAll(/(\w+)=/g), ...expression.matchAll(/by \(([^)]*)\)/g)];
        return asked
          .flatMap(([, names = '']) => names.split(', '))
          .filter((label) => ![...labels, ...ADDED_LABELS].includes(label))
          .map((label) => `${metric}.${label}`);
      },
    ),
  );
}

async function listMetrics(): Promise<Known[]> {
  const nowhere = await connectDatabase('postgres://nobody@localhost/nothing');
  const registries = [createIdpMetrics(nowhere).registry, createOperatorMetrics().registry];
  await nowhere.close();
  return registries.flatMap((registry) => registry.getMetricsAsArray() as unknown as Known[]);
}

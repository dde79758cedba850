import { describe, expect, inject } from 'vitest';
import { renderChart } from './helm.ts';
import {
  environmentOf,
  findManifest,
  kindsOf,
  type Manifest,
  parseManifests,
} from './manifests.ts';
import { test } from './test.ts';
import { VARIANTS } from './variants.ts';

describe('the operator', () => {
  test('reaches all namespaces by one ClusterRole, without wildcards and without deleting', async ({
    manifestsOf,
  }) => {
    const manifests = await manifestsOf('default');
    const roles = manifests.filter(({ kind }) => kind.endsWith('Role'));
    const granted = JSON.stringify(roles.map(({ rules }) => rules));

    expect(roles.map(({ kind }) => kind)).toEqual(['ClusterRole', 'Role']);
    expect(granted).not.toContain('*');
    expect(granted).not.toContain('delete');
  });

  test('has Roles only, where namespaces are listed, and its own among them', async ({
    manifestsOf,
  }) => {
    const manifests = await manifestsOf('namespaced');

    expect(kindsOf(manifests)).not.toContain('ClusterRole');
    expect(kindsOf(manifests)).not.toContain('ClusterRoleBinding');
    expect(
      manifests
        .filter(({ metadata }) => metadata.name === 'permiso-permiso-operator')
        .map(({ kind, metadata }) => `${metadata.namespace} ${kind}`)
        .sort(),
    ).toEqual(['permiso', 'team-a', 'team-b'].flatMap((n) => [`${n} Role`, `${n} RoleBinding`]));
    expect(environmentOf(manifests, 'permiso-operator')).toMatchObject({
      WATCH_NAMESPACES: 'permiso,team-a,team-b',
    });
  });

  test('touches Leases in its own namespace alone', async ({ manifestsOf }) => {
    const manifests = await manifestsOf('default');
    const leasing = manifests.filter(({ rules }) => JSON.stringify(rules ?? []).includes('leases'));

    expect(leasing).toMatchObject([{ kind: 'Role', metadata: { namespace: 'permiso' } }]);
  });

  test('is told the instance, and tenancy follows it', async () => {
    const manifests = parseManifests(
      await renderChart(inject('helm'), { ...VARIANTS.tenancy, instance: 'main' }),
    );

    expect(environmentOf(manifests, 'permiso-operator')).toMatchObject({ INSTANCE: 'main' });
    for (const policy of manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')) {
      expect(policy.spec.matchConditions).toContainEqual({
        name: 'belongs-to-this-permiso',
        expression: expect.stringMatching(/ == 'main'$/),
      });
    }
  });
});

describe('the database', () => {
  const connectionOf = ({ spec }: Manifest) =>
    spec.template.spec.volumes[0].projected.sources.find(
      ({ secret }: { secret?: { items: { path: string }[] } }) =>
        secret?.items[0]?.path === 'db-connection-string',
    ).secret.items[0].key;

  test('is reached by the operator under a role of its own, which every migration is told', async ({
    manifestsOf,
  }) => {
    const manifests = await manifestsOf('existing secrets');
    const idp = findManifest(manifests, 'Deployment', 'permiso-idp');
    const job = findManifest(manifests, 'Job', 'permiso-migration');
    const told = { name: 'OPERATOR_DATABASE_ROLE', value: 'permiso_operator' };

    expect(connectionOf(findManifest(manifests, 'Deployment', 'permiso-operator'))).toBe(
      'operator-dsn',
    );
    expect([idp, job].map(connectionOf)).toEqual(['dsn', 'dsn']);
    expect(idp.spec.template.spec.initContainers[0].env).toContainEqual(told);
    expect(job.spec.template.spec.containers[0].env).toContainEqual(told);
  });

  test('is reached by all under one role where no other is named', async ({ manifestsOf }) => {
    const manifests = await manifestsOf('default');

    expect(connectionOf(findManifest(manifests, 'Deployment', 'permiso-operator'))).toBe('url');
    expect(JSON.stringify(manifests)).not.toContain('OPERATOR_DATABASE_ROLE');
  });
});

describe('the encryption key', () => {
  test('is random, outlives the release and cannot be changed', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () =>
        findManifest(
          parseManifests(await renderChart(inject('helm'), VARIANTS.default)),
          'Secret',
          'permiso-encryption-key',
        ),
      ),
    );

    expect(atob(first?.data['encryption-key'])).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(first?.data).not.toEqual(second?.data);
    expect(first).toMatchObject({
      immutable: true,
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
  });

  test('is never made anew by an upgrade', async () => {
    const upgrade = renderChart(inject('helm'), VARIANTS.default, ['--is-upgrade']);

    await expect(upgrade).rejects.toThrow(
      'the Secret permiso-encryption-key is not there, and a new key would make the database unreadable',
    );
  });

  test('before this one is known to both programs while there is one', async ({ manifestsOf }) => {
    const manifests = await manifestsOf('existing secrets');

    for (const name of ['permiso-idp', 'permiso-operator']) {
      expect(environmentOf(manifests, name)).toMatchObject({
        PREVIOUS_ENCRYPTION_KEY_FILE: '/etc/permiso/previous-encryption-key',
      });
    }
  });

  test('of one’s own is left alone', async ({ manifestsOf }) => {
    expect(kindsOf(await manifestsOf('existing secrets'))).not.toContain('Secret');
  });
});

describe('migrations', () => {
  test('run before an upgrade, but never wait for a database that the release itself makes', async ({
    manifestsOf,
  }) => {
    const job = findManifest(await manifestsOf('default'), 'Job', 'permiso-migration');

    expect(job.metadata.annotations?.['helm.sh/hook']).toBe('pre-upgrade');
  });

  test('use the new URL of the database, which only a hook can know beforehand', async ({
    manifestsOf,
  }) => {
    const manifests = await manifestsOf('everything on');
    const job = findManifest(manifests, 'Job', 'permiso-migration');
    const secret = findManifest(manifests, 'Secret', 'permiso-migration');

    expect(job.spec.template.spec.volumes[0].projected.sources[0].secret.name).toBe(
      'permiso-migration',
    );
    expect(Number(secret.metadata.annotations?.['helm.sh/hook-weight'])).toBeLessThan(0);
  });

  test('run in front of every IdP, for a new or a restored database', async ({ manifestsOf }) => {
    const idp = findManifest(await manifestsOf('idp alone'), 'Deployment', 'permiso-idp');

    expect(idp.spec.template.spec.initContainers).toMatchObject([
      { name: 'migrate', command: ['node', 'idp/migrate.ts'] },
    ]);
  });
});

describe('tenancy', () => {
  test('is off by default', async ({ manifestsOf }) => {
    expect(kindsOf(await manifestsOf('default'))).not.toContain('ValidatingAdmissionPolicy');
  });

  test('reads no other object and lets go what is being deleted, so that no finalizer is stuck', async ({
    manifestsOf,
  }) => {
    const policies = (await manifestsOf('tenancy')).filter(
      ({ kind }) => kind === 'ValidatingAdmissionPolicy',
    );

    expect(policies).toHaveLength(2);
    for (const { spec } of policies) {
      expect(spec.paramKind).toBeUndefined();
      expect(spec.matchConditions).toContainEqual({
        name: 'not-being-deleted',
        expression: '!has(object.metadata.deletionTimestamp)',
      });
    }
  });

  test('is told to the operator too, which holds to it where a policy was bypassed', async ({
    manifestsOf,
  }) => {
    const { enabled, rules } = VARIANTS.tenancy.tenancy;
    const strictest = parseManifests(
      await renderChart(inject('helm'), { ...VARIANTS.default, tenancy: { enabled } }),
    );
    const off = parseManifests(
      await renderChart(inject('helm'), { ...VARIANTS.default, tenancy: { rules } }),
    );
    const handedOver = (manifests: Manifest[]) =>
      environmentOf(manifests, 'permiso-operator').TENANCY_RULES;

    expect(JSON.parse(handedOver(await manifestsOf('tenancy')) ?? '')).toEqual(rules);
    expect(handedOver(strictest)).toBe('[]');
    expect(handedOver(off)).toBeUndefined();
  });

  test('adds up the rules of a namespace', async ({ manifestsOf }) => {
    const name = 'permiso-permiso-tenancy-oidcclients';
    const policy = findManifest(await manifestsOf('tenancy'), 'ValidatingAdmissionPolicy', name);
    const [hosts] = policy.spec.variables;

    expect(JSON.parse(hosts.expression)).toEqual({
      '*': ['localhost'],
      'team-a': ['*.apps.example.com', 'grafana.example.com'],
      'team-b': ['*.apps.example.com'],
    });
  });
});

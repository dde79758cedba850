import type { Values } from './helm.ts';

const LEAST = {
  appUrl: 'https://id.example.com',
  database: { existingSecret: { name: 'permiso-postgres' } },
};

/** The ways to install the chart that the tests look at. */
export const VARIANTS = {
  default: LEAST,

  'everything on': {
    appUrl: 'https://id.example.com',
    internalAppUrl: 'http://permiso-idp.permiso.svc',
    trustProxy: ['10.0.0.0/8', 'fd00::/8'],
    trustedPlatform: 'CF-Connecting-IP',
    auditLogRetentionDays: 30,
    outboundPrivateNetworks: ['10.96.0.0/12'],
    logLevel: 'debug',
    instance: 'main',
    image: { tag: '1.2.3' },
    imagePullSecrets: [{ name: 'pull' }],
    database: { url: 'postgres://permiso:sesame@postgres/permiso' },
    trustedCA: { existingConfigMap: { name: 'authorities' } },
    idp: {
      service: { type: 'LoadBalancer', port: 8080, annotations: { 'example.com/pool': 'a' } },
      autoscaling: { enabled: true },
      extraEnv: [{ name: 'HOST', value: '::' }],
      podAnnotations: { 'example.com/note': 'a' },
      podLabels: { 'example.com/team': 'a' },
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      priorityClassName: 'system-cluster-critical',
    },
    rbac: { aggregateToDefaultRoles: true },
    metrics: {
      serviceMonitor: { enabled: true, interval: '30s', labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
      dashboard: { enabled: true, annotations: { 'example.com/folder': 'a' } },
    },
    ingress: { enabled: true, className: 'nginx', tls: { secretName: 'id-tls' } },
    httpRoute: { enabled: true, parentRefs: [{ name: 'web', namespace: 'gateways' }] },
    networkPolicy: {
      enabled: true,
      ingress: { http: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }] },
      egress: { database: { to: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }, mail: { ports: [] } },
    },
  },

  namespaced: { ...LEAST, operator: { watchNamespaces: ['team-b', 'team-a'] } },

  'existing secrets': {
    ...LEAST,
    database: { existingSecret: { name: 'postgres', key: 'dsn' } },
    encryptionKey: {
      existingSecret: { name: 'keys', key: 'new' },
      previousExistingSecret: { name: 'keys', key: 'old' },
    },
    bootstrapCode: { existingSecret: { name: 'keys', key: 'code' } },
    staticApiKey: { existingSecret: { name: 'keys', key: 'automation' } },
    trustedCA: { existingSecret: { name: 'keys', key: 'authorities' } },
    operator: {
      database: {
        role: 'permiso_operator',
        existingSecret: { name: 'postgres', key: 'operator-dsn' },
      },
    },
  },

  CloudNativePG: { ...LEAST, database: { cloudNativePG: { cluster: 'postgres' } } },

  tenancy: {
    ...LEAST,
    tenancy: {
      enabled: true,
      rules: [
        { namespaces: ['team-a', 'team-b'], allowedCallbackHosts: ['*.apps.example.com'] },
        {
          namespaces: ['team-a'],
          allowedCallbackHosts: ['grafana.example.com'],
          allowPublicClients: true,
          allowSkipConsent: true,
          allowAdoption: true,
          allowClientIDs: true,
          allowGroups: true,
        },
        { namespaces: ['*'], allowedCallbackHosts: ['localhost'] },
      ],
    },
  },

  'idp alone': {
    ...LEAST,
    idp: {
      replicas: 1,
      podDisruptionBudget: { enabled: false },
      serviceAccount: { create: false },
    },
    operator: { enabled: false },
    crds: { enabled: false },
    metrics: { enabled: false },
    migrations: { job: { enabled: false } },
  },
} satisfies Record<string, Values>;

export type VariantName = keyof typeof VARIANTS;

export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];

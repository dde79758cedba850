/** What the tests are written against; envtest publishes the same minor version under its own patch number. */
export const KUBERNETES_VERSION = '1.37.2';
export const ETCD_VERSION = '3.6.16';

export const KUBE_PROGRAMS = ['kube-apiserver', 'etcd', 'kubectl'] as const;

export type KubeProgram = (typeof KUBE_PROGRAMS)[number];

/** Where each program lies. */
export type KubeBinaries = Record<KubeProgram, string>;

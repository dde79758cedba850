import { parseAllDocuments } from 'yaml';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // The rest differs by kind; a test that asks for a wrong field fails by itself.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  [field: string]: any;
}

/** Throws when it is not YAML, or when a key stands twice. */
export function parseManifests(rendered: string): Manifest[] {
  return parseAllDocuments(rendered)
    .map((document) => {
      const [mistake] = document.errors;
      if (mistake) {
        throw mistake;
      }
      return document.toJS();
    })
    .filter(Boolean);
}

/** The manifests whose kinds a bare Kubernetes knows. */
export function ofBareKubernetes(manifests: Manifest[]): Manifest[] {
  const foreign = ['ServiceMonitor', 'PrometheusRule', 'HTTPRoute'];
  return manifests.filter(({ kind }) => !foreign.includes(kind));
}

export interface PodTemplate {
  owner: string;
  labels: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  spec: any;
}

/** The pods that manifests would make, whatever makes them. */
export function podsOf(manifests: Manifest[]): PodTemplate[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    const owner = `${kind}/${metadata.name}`;
    if (kind === 'Pod') {
      return [{ owner, labels: metadata.labels, spec }];
    }
    return spec?.template
      ? [{ owner, labels: spec.template.metadata.labels, spec: spec.template.spec }]
      : [];
  });
}

/** Why a pod breaks the Pod Security standard "restricted", as far as it differs from what any pod may do. */
export function breachesOfRestricted({ owner, spec }: PodTemplate): string[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const shared = spec.securityContext ?? {};
  const rules: [boolean, string][] = [
    [shared.runAsNonRoot === true && shared.runAsUser !== 0, 'may run as root'],
    [shared.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
    [!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, 'sees the host'],
    [(spec.volumes ?? []).every(isHarmless), 'mounts a volume that is not allowed'],
    ...containers.flatMap(({ name, ports = [], securityContext = {} }): [boolean, string][] => [
      [securityContext.allowPrivilegeEscalation === false, `${name} may gain privileges`],
      [securityContext.capabilities?.drop?.includes('ALL'), `${name} keeps capabilities`],
      [!securityContext.capabilities?.add, `${name} adds capabilities`],
      [!securityContext.privileged, `${name} is privileged`],
      [securityContext.readOnlyRootFilesystem === true, `${name} may write to its root`],
      [ports.every((port: { hostPort?: number }) => !port.hostPort), `${name} uses a host port`],
    ]),
  ];
  return rules.filter(([kept]) => !kept).map(([, breach]) => `${owner}: ${breach}`);
}

function isHarmless(volume: Record<string, unknown>): boolean {
  const allowed = ['name', 'configMap', 'secret', 'projected', 'emptyDir', 'downwardAPI'];
  return Object.keys(volume).every((key) => allowed.includes(key));
}

export function findManifest(manifests: Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) {
    throw new Error(`${kind} ${name} is not among ${kindsOf(manifests).join(', ')}`);
  }
  return found;
}

export function kindsOf(manifests: Manifest[]): string[] {
  return manifests.map(({ kind }) => kind);
}

export function isCrd({ kind }: Manifest): boolean {
  return kind === 'CustomResourceDefinition';
}

/** What a Deployment gives its program by value. */
export function environmentOf(manifests: Manifest[], deployment: string): Record<string, string> {
  const [container] = findManifest(manifests, 'Deployment', deployment).spec.template.spec
    .containers;
  return Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
}

export function selects(selector: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

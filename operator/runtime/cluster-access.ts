import { readFile } from 'node:fs/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

/** How to reach an API server, and who we are there. */
export interface ClusterAccess {
  server: string;

  /** Reads certificates and tokens afresh. */
  identify(): Promise<{ headers: Record<string, string>; dispatcher: Dispatcher | undefined }>;
}

/** Where Kubernetes mounts a pod's service account. */
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * A pod's own account, read as Kubernetes mounts it. The client library could do this too, but loading it takes a
 * quarter of the operator's memory, so it is loaded only where a kubeconfig needs it.
 */
export function podAccess(host: string, port: string, mount = MOUNT): ClusterAccess {
  const hostname = host.includes(':') ? `[${host}]` : host;
  return {
    server: `https://${hostname}:${port}`,
    async identify() {
      const [token, ca] = await Promise.all([
        readFile(`${mount}/token`, 'utf8'),
        readFile(`${mount}/ca.crt`, 'utf8'),
      ]);
      const dispatcher = new Agent({
        connect: { ca, keepAlive: true, keepAliveInitialDelay: 30_000 },
      });
      return { headers: { authorization: `Bearer ${token.trim()}` }, dispatcher };
    },
  };
}

/** What a kubeconfig says: client certificates, tokens, plug-ins, proxies. */
export function kubeConfigAccess(config: KubeConfig): ClusterAccess {
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new Error('the kubeconfig names no cluster');
  }
  const server = cluster.server.replace(/\/$/, '');
  return {
    server,
    async identify() {
      const { HttpMethod, RequestContext } = await import('@kubernetes/client-node');
      const context = new RequestContext(server, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      const dispatcher = context.getDispatcher() as unknown as Dispatcher | undefined;
      return { headers: context.getHeaders(), dispatcher };
    },
  };
}

/** As kubectl decides: what KUBECONFIG names, else the pod's own account, else the user's kubeconfig. */
export async function clusterAccessOf(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ClusterAccess> {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host && !KUBECONFIG) {
    return podAccess(host, port ?? '443');
  }
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  return kubeConfigAccess(config);
}

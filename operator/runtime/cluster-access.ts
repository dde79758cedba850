import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

/** How to reach an API server, and who we are there. */
export interface ClusterAccess {
  server: string;

  /** Reads certificates and tokens afresh. */
  identify(): Promise<{ headers: Record<string, string>; dispatcher: Dispatcher }>;
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
      const dispatcher = createPool({ ca });
      return { headers: { authorization: `Bearer ${token.trim()}` }, dispatcher };
    },
  };
}

/** What a kubeconfig says: client certificates, tokens, plug-ins. */
export function kubeConfigAccess(config: KubeConfig): ClusterAccess {
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new Error('the kubeconfig names no cluster');
  }
  return {
    server: cluster.server.replace(/\/$/, ''),
    async identify() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, servername, rejectUnauthorized, headers } = options;
      const tls = { ca, cert, key, servername, rejectUnauthorized };
      const known = Object.entries(tls).filter(([, value]) => value !== undefined);
      return {
        headers: headers as Record<string, string>,
        dispatcher: createPool(Object.fromEntries(known)),
      };
    },
  };
}

/**
 * Without HTTP/2: undici 8 throws "socket idle timeout" past everybody when an idle session ends, which would end the
 * process. Keep-alive below the 60 s at which load balancers drop a silent connection, as client-go has it.
 */
function createPool(tls: Agent.Options['connect'] & object): Agent {
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000 };
  return new Agent({ allowH2: false, connect });
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

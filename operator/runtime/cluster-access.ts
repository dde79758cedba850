import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Dispatcher, Pool } from 'undici';

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
  const server = `https://${hostname}:${port}`;
  return {
    server,
    async identify() {
      const [token, ca] = await Promise.all([
        readFile(`${mount}/token`, 'utf8'),
        readFile(`${mount}/ca.crt`, 'utf8'),
      ]);
      const dispatcher = createPool(server, { ca });
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
  const server = cluster.server.replace(/\/$/, '');
  return {
    server,
    async identify() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, servername, rejectUnauthorized, headers } = options;
      const tls = { ca, cert, key, servername, rejectUnauthorized };
      const known = Object.entries(tls).filter(([, value]) => value !== undefined);
      return {
        headers: headers as Record<string, string>,
        dispatcher: createPool(new URL(server).origin, Object.fromEntries(known)),
      };
    },
  };
}

/** An API server that is there accepts at once; one that was cut off must not hold us up once it is back. */
const CONNECT_MS = 3_000;

/**
 * Without HTTP/2: undici 8 throws "socket idle timeout" past everybody when an idle session ends, which would end the
 * process. Keep-alive below the 60 s at which load balancers drop a silent connection, as client-go has it.
 */
function createPool(origin: string, tls: Pool.Options['connect'] & object): Pool {
  // Made once: each attempt to connect would make its own (60 KB), and an outage is full of attempts.
  const secureContext = createSecureContext(tls as SecureContextOptions);
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 };
  const connect = { ...tls, ...keepAlive, secureContext, timeout: CONNECT_MS };
  return new Pool(origin, { allowH2: false, connect });
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

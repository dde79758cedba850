import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** One row that was changed, told by a trigger in the transaction that changed it. */
export interface RegistryChange {
  table:
    | 'backchannel_logouts'
    | 'clients'
    | 'client_secrets'
    | 'directory_syncs'
    | 'redirect_mismatches'
    | 'groups'
    | 'mails'
    | 'users'
    | 'settings'
    | 'signing_keys';
  /** The client id (of what belongs to one too), group name, user name, settings key, key id, or state of a sync. */
  key: string;
  owner: string;
  actor: string;

  /** The operator's epoch, when an operator made the change. */
  epoch: string | null;
}

export interface ChangeListener {
  onChange(change: RegistryChange): void;

  /** Until now nothing was told, so changes may have been missed: look at everything again. */
  onGap(): void;

  /** From here on every change is told, until `onBroken`. */
  onListening?(): void;

  /** From here on nothing is told, until `onListening`. */
  onBroken?(): void;
}

const RETRY_MS = 1_000;

/** Hears every change of the registry until the signal ends it. Reconnects by itself. */
export async function followChanges(
  url: string,
  listener: ChangeListener,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: url, application_name: 'permiso changes' });
    try {
      await client.connect();
      client.on('notification', ({ payload }) => listener.onChange(JSON.parse(payload ?? '{}')));
      await client.query('listen registry');
      listener.onListening?.();
      listener.onGap();
      await untilBroken(client, signal);
    } catch {
      // Not reachable right now; the loop tries again, and `onGap` tells the listener once it is.
    } finally {
      listener.onBroken?.();
      await client.end().catch(() => {});
    }
    await sleep(signal.aborted ? 0 : RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

function untilBroken(client: pg.Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // An abort that came while we connected is not told again.
    if (signal.aborted) {
      resolve();
    }
    client.on('error', () => resolve());
    client.on('end', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

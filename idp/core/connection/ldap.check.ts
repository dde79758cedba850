import type { LdapSettings } from '../settings/settings.types.ts';
import { LdapConnection } from './ldap-connection.ts';
import { trySearches } from './ldap-search.ts';
import { type Aspect, type Step, tryInOrder } from './steps.ts';

/**
 * Reads from the directory as a synchronisation does, but one entry at most. The password is the plain one. Says
 * what works as the aspects `Connected`, `Authenticated` and `Searched`.
 */
export async function checkLdap(
  settings: LdapSettings,
  timeoutMs: number = 10_000,
): Promise<Aspect[]> {
  const connection = new LdapConnection(settings, timeoutMs);
  const steps: Step[] = [
    { aspect: 'Connected', attempt: () => connection.open() },
    { aspect: 'Authenticated', attempt: () => connection.bind() },
    { aspect: 'Searched', attempt: () => trySearches(connection) },
  ];
  const aspects = await tryInOrder({ server: settings.url, steps, timeoutMs });
  connection.close();
  return aspects;
}

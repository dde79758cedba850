import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from '../http/services.ts';
import { CHECK_IDS, type DiagnosticsView } from './diagnostics.schemas.ts';
import { toCheckView } from './diagnostics.texts.ts';
import type { Check, Finding } from './finding.ts';
import { INSTANCE_CHECKS } from './instance.checks.ts';
import { LDAP_CHECKS } from './ldap.checks.ts';
import { MAIL_CHECKS } from './mail.checks.ts';
import { REGISTRY_CHECKS } from './registry.checks.ts';
import { SENDER_CHECKS } from './sender.checks.ts';

const CHECKS: Check[] = [
  ...MAIL_CHECKS,
  ...SENDER_CHECKS,
  ...LDAP_CHECKS,
  ...REGISTRY_CHECKS,
  ...INSTANCE_CHECKS,
].toSorted((one, other) => CHECK_IDS.indexOf(one.id) - CHECK_IDS.indexOf(other.id));

/** Above what a check allows itself. */
const PATIENCE_MS = 20_000;

/** Runs every check now, side by side. */
export async function runChecks(services: Services, language: string): Promise<DiagnosticsView> {
  const checks = await Promise.all(
    CHECKS.map(async (check) => toCheckView(check.id, await run(check, services), language)),
  );
  return { checkedAt: new Date().toISOString(), checks };
}

async function run(check: Check, services: Services): Promise<Finding> {
  const em = services.database.em.fork();
  try {
    const finding = check.run({ em, services });
    // Whatever comes of it later, nobody waits for it any more.
    finding.catch(() => {});
    const late = sleep(PATIENCE_MS, null, { ref: false });
    return (await Promise.race([finding, late])) ?? { status: 'failed', code: 'late' };
  } catch (err) {
    services.log.error({ err, check: check.id }, 'a check of the diagnostics failed');
    return { status: 'failed', code: 'accident' };
  }
}

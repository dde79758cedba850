import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type AuditRecord, type Database, recordAudit } from '#core';
import { refusalOf } from './oidc.claims.ts';
import { currentOrigin } from './request-origins.ts';

/** Each time an application is told who somebody is. A code that cannot be written down is not given out. */
export function recordAuthorisations({ AuthorizationCode }: Provider, database: Database): void {
  const { save } = AuthorizationCode.prototype;
  AuthorizationCode.prototype.save = async function (
    this: InstanceType<typeof AuthorizationCode>,
    ...lifetime
  ) {
    const { accountId, clientId, scope, amr } = this;
    await recordByPerson(database, accountId, {
      event: 'client_authorised',
      target: `client:${clientId}`,
      details: { scopes: scope?.split(' ') ?? [], ...(amr && { amr }) },
    });
    return save.apply(this, lifetime);
  };
}

/** Before the person or the application hears of it. */
export async function recordRefusedAuthorisation(
  database: Database,
  { account, client }: KoaContextWithOIDC['oidc'],
): Promise<void> {
  const refusal = refusalOf(account);
  await recordByPerson(database, account?.accountId, {
    event: 'authorisation_refused',
    target: `client:${client?.clientId}`,
    details: { code: refusal?.code, reason: refusal?.message },
  });
}

/** Sign-outs that an application asked for and the person agreed to. */
export function recordSignOuts(provider: Provider, database: Database): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx;
    if (oidc?.route === 'end_session_confirm' && oidc.params?.logout && oidc.session?.accountId) {
      const { client } = oidc;
      await recordByPerson(database, oidc.session.accountId, {
        event: 'signed_out',
        ...(client && { target: `client:${client.clientId}` }),
      });
    }
  });
}

async function recordByPerson(
  database: Database,
  userId: string | undefined,
  record: Pick<AuditRecord, 'event' | 'target' | 'details'>,
): Promise<void> {
  const origin = currentOrigin();
  await recordAudit(database.em.fork(), {
    ...record,
    actor: userId ? `user:${userId}` : 'nobody',
    ...(userId && { userId }),
    ...(origin && { origin }),
  });
}

import { errors, Provider } from 'oidc-provider';
import { type EntityManager, findClient, findPerson, mailPerson, query, recordAudit } from '#core';
import type { Services } from '../../http/services.ts';
import { currentOrigin } from '../request-origins.ts';

interface Issued {
  kind: string;
  grantId?: string | undefined;
  clientId?: string | undefined;
  accountId?: string | undefined;
}

/** Takes back everything that came of one grant, because a part of it was used twice. Safe to repeat. */
export async function revokeFamily(
  { database, keyring }: Pick<Services, 'database' | 'keyring'>,
  issued: Issued,
): Promise<void> {
  const { grantId, clientId, accountId, kind } = issued;
  const origin = currentOrigin();
  await database.em.fork().transactional(async (tx) => {
    const gone = await query(tx, REVOKE, [grantId]);
    if (gone.length > 0) {
      await recordAudit(tx, {
        event: 'token_family_revoked',
        actor: 'nobody',
        ...(accountId && { userId: accountId }),
        target: `client:${clientId}`,
        ...(origin && { origin }),
        details: { reused: kind === 'AuthorizationCode' ? 'authorization_code' : 'refresh_token' },
      });
      await tellPerson(tx, keyring, issued);
    }
  });
}

/** Whoever stole it knows already; the person should, too. */
async function tellPerson(
  em: EntityManager,
  keyring: Services['keyring'],
  { grantId, clientId, accountId }: Issued,
): Promise<void> {
  const person = accountId && (await findPerson(em, accountId));
  const client = clientId && (await findClient(em, clientId));
  if (person && client) {
    await mailPerson(em, keyring, {
      kind: 'tokens_revoked',
      to: person,
      values: { application: client.name, at: new Date().toISOString() },
      key: `tokens_revoked:${grantId}`,
    });
  }
}

/** RFC 6749 §4.1.2: a code that is used twice was stolen, perhaps by who came first. */
export function revokeAtSecondUseOfCode(provider: Provider, services: Services): void {
  const { AuthorizationCode } = provider;
  const { consume } = AuthorizationCode.prototype;
  letConsumeDecide(AuthorizationCode);

  AuthorizationCode.prototype.consume = async function () {
    try {
      await consume.call(this);
    } catch (error) {
      if (error instanceof errors.InvalidGrant) {
        await revokeFamily(services, this);
      }
      throw error;
    }
  };
}

interface SingleUse {
  find(value: string, options?: object): Promise<{ consumed: unknown } | undefined>;
}

/**
 * Hides from the token endpoint that a code or token was used before. The library would revoke its family by itself,
 * without an audit event, and without telling a thief from a lost answer.
 */
export function letConsumeDecide(model: object): void {
  const singleUse = model as SingleUse;
  const { find } = singleUse;
  singleUse.find = async function (value, options) {
    const found = await find.call(this, value, options);
    if (found && Provider.ctx?.oidc.route === 'token') {
      found.consumed = undefined;
    }
    return found;
  };
}

const REVOKE = `
delete from oidc_records where grant_id = $1 or (id = $1 and model = 'Grant') returning id`;

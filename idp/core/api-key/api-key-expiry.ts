import type { EntityManager } from '@mikro-orm/postgresql';
import type { Keyring } from '../encryption/keyring.ts';
import { mailPerson } from '../mail/mail.registry.ts';
import { query } from '../query.ts';
import type { Language } from '../user/user.entity.ts';

/** How long before its end a key's owner hears of it. */
const WARNING_DAYS = 7;

const BATCH = 100;

interface Expiring {
  name: string;
  expiresAt: string;
  userId: string;
  email: string;
  language: Language | null;
}

/**
 * Mails owners whose keys end soon. Once for each key and renewal, whichever replica gets there first; while mail is
 * off nobody counts as told. A key that was made for less than the time of warning ends without.
 */
export async function warnOfExpiringApiKeys(em: EntityManager, keyring: Keyring): Promise<void> {
  await em.transactional(async (tx) => {
    for (const key of await query<Expiring>(tx, TAKE, [WARNING_DAYS, BATCH])) {
      const { name: apiKey, expiresAt, userId: id, email, language } = key;
      await mailPerson(tx, keyring, {
        kind: 'api_key_expiring',
        to: { id, email, language },
        values: { apiKey, expiresAt: new Date(expiresAt).toISOString() },
      });
    }
  });
}

const TAKE = `
update api_keys k set warned_at = now() from users u
 where u.id = k.user_id and k.id in (
   select k.id from api_keys k join users u on u.id = k.user_id
    where k.warned_at is null and k.expires_at > now() and k.expires_at <= now() + make_interval(days => $1::int)
      and k.issued_at < k.expires_at - make_interval(days => $1::int)
      and u.disabled_at is null and (u.is_admin or not k.is_admin) and exists (select from settings where key = 'smtp')
    order by k.expires_at limit $2::int for update of k skip locked)
returning k.name, k.expires_at as "expiresAt", u.id as "userId", u.email, u.language`;

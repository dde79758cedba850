import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { recordImage } from '../image/image.registry.ts';
import type { User } from './user.entity.ts';
import { assertOwnProfile } from './user.registry.ts';

/** Makes this the person's picture; null: they have none. Safe to repeat. */
export async function changePicture(
  em: EntityManager,
  user: User,
  file: Buffer | null,
  by: Pick<AuditRecord, 'actor' | 'origin'>,
): Promise<User> {
  assertOwnProfile(user, 'the picture');
  await em.transactional(async (tx) => {
    const before = user.picture ?? null;
    const picture = file && (await recordImage(tx, file));
    if (picture !== before) {
      tx.assign(user, { picture });
      await tx.persist(user).flush();
      await recordAudit(tx, {
        ...by,
        event: 'account_changed',
        userId: user.id,
        details: { before: { picture: before }, after: { picture } },
      });
    }
  });
  return user;
}

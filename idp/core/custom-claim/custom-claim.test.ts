import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { declareGroup } from '../group/group.registry.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { groupDeclaration, person, test } from '../testing/test.ts';
import { createUser, declareCustomClaims, findUser } from '../user/user.registry.ts';
import type { CustomClaim } from './custom-claim.rules.ts';

const BY = { actor: 'user:administrator' };
const claim = (key: string, value = 'x'): CustomClaim => ({ key, value });

describe('custom claims of people and of groups', () => {
  test.for<[string, CustomClaim[], string]>([
    ['replace who somebody is', [claim('sub')], 'a fact about the token'],
    ['replace how somebody signed in', [claim('amr')], 'a fact about the token'],
    ['bind a token to a key', [claim('cnf')], 'a fact about the token'],
    ['add groups', [claim('groups', '["admins"]')], 'filled from the person'],
    ['verify an address', [claim('email_verified', 'true')], 'filled from the person'],
    ['name another source', [claim('_claim_sources', '{}')], 'a fact about the token'],
    ['change an object’s nature', [claim('__proto__', '{}')], 'no name of a claim'],
    ['have no name', [claim('')], 'no name of a claim'],
    ['have a blank in the name', [claim('a b')], 'no name of a claim'],
    ['have an endless name', [claim('a'.repeat(129))], 'no name of a claim'],
    ['have an endless value', [claim('a', 'x'.repeat(2049))], 'more than 2048'],
    ['say two things', [claim('a', '1'), claim('a', '2')], 'twice'],
    ['are too many', Array.from({ length: 51 }, (_, n) => claim(`a${n}`)), 'at most 50'],
  ])('that would %s are refused with the reason', async ([, claims, reason], { em }) => {
    const id = randomUUID();
    await createUser(em, person(`p-${id}`), { id, isAdmin: false });

    const ofPerson = declareCustomClaims(em, id, claims, BY);
    const ofGroup = declareGroup(em, groupDeclaration('refused', { customClaims: claims }), ADMIN);

    await expect(ofPerson).rejects.toMatchObject({ code: 'invalid_input', field: 'customClaims' });
    await expect(ofPerson).rejects.toThrow(reason);
    await expect(ofGroup).rejects.toThrow(reason);
    expect((await findUser(em.fork(), id))?.customClaims).toEqual([]);
  });
});

describe('declaring a person’s custom claims', () => {
  test('twice changes and audits once, with before and after', async ({ em }) => {
    const id = randomUUID();
    await createUser(em, person('ada'), { id, isAdmin: false });
    await declareCustomClaims(em.fork(), id, [claim('team', 'a')], BY);

    await declareCustomClaims(em.fork(), id, [claim('team', 'b')], BY);
    await declareCustomClaims(em.fork(), id, [claim('team', 'b')], BY);

    const events = await query(
      em,
      `select actor, target, details -> 'changed' -> 0 as changed from audit_events
       where event = 'custom_claims_declared' and user_id = $1 order by id`,
      [id],
    );
    const changed = (actual: CustomClaim[], desired: CustomClaim[]) => ({
      actor: BY.actor,
      target: `user:${id}`,
      changed: { field: 'customClaims', actual, desired },
    });
    expect(events).toEqual([
      changed([], [claim('team', 'a')]),
      changed([claim('team', 'a')], [claim('team', 'b')]),
    ]);
  });

  test('of nobody is refused', async ({ em }) => {
    const refused = declareCustomClaims(em, randomUUID(), [claim('team')], BY);

    await expect(refused).rejects.toMatchObject({ code: 'not_found' });
  });
});

import { declareClient } from '../client/client.registry.ts';
import { addGivenClientSecret } from '../client/client-secret.registry.ts';
import { raiseFence, transactBehindFence } from '../fence/fence.ts';
import { declareGroup } from '../group/group.registry.ts';
import { actAs } from '../owner/actor.ts';
import { ADMIN, kubernetesOwner, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { clientDeclaration, groupDeclaration, test as registryTest } from './test.ts';

export const WIKI = kubernetesOwner('OIDCClient', 'apps', 'wiki');
export const VALUE = 'a secret that somebody else made up';

interface OperatorFixtures {
  /** SQL under the operator's role, behind the fence and in the name of a resource: as the operator does it. */
  operate(sql: string, actor?: Owner | 'somebody'): Promise<object[]>;
}

/** A client and a group of an administrator's (`web`, `staff`), and of a resource's (`wiki`, `editors`). */
export const operatorTest = registryTest.extend<OperatorFixtures>({
  operate: async ({ em, asOperator: { database } }, use) => {
    await declareClient(em, clientDeclaration('web'), ADMIN);
    await declareGroup(em, groupDeclaration('staff'), ADMIN);
    await addGivenClientSecret(em, 'web', { value: VALUE, source: 'web' });
    const epoch = await raiseFence(database.em.fork());
    await transactBehindFence(database.em.fork(), epoch, async (tx) => {
      await declareClient(tx, clientDeclaration('wiki'), WIKI);
      await declareGroup(tx, groupDeclaration('editors'), WIKI);
    });
    await use((sql, actor = WIKI) =>
      transactBehindFence(database.em.fork(), epoch, (tx) =>
        actAs(tx, actor as Owner, (acting) => query(acting, sql)),
      ),
    );
  },
});

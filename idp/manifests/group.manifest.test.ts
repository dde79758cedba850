import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { declareGroup, type GroupDeclaration, kubernetesOwner, type Owner, query } from '#core';
import { groupDeclaration } from '#core/testing';
import { validateManifest } from '../../operator/crd/manifest.validation.ts';
import type { GroupSpec } from '../../operator/group/group.crd.ts';
import { toDeclaration } from '../../operator/group/group.declaration.ts';
import type { Resource } from '../../operator/runtime/resource.ts';
import { test } from '../testing/test.ts';

const RESOURCE = kubernetesOwner('Group', 'apps', 'staff');

const CLAIMS = [
  { key: 'https://example.com/floor', value: '3' },
  { key: 'no', value: '{"a":[1]}' },
];

function read(yaml: string): Resource<GroupSpec> {
  const verdict = validateManifest(parse(yaml, { schema: 'yaml-1.1' }), undefined);
  if (!('resource' in verdict)) {
    throw new Error(`${JSON.stringify(verdict.errors)} in ${yaml}`);
  }
  return verdict.resource as unknown as Resource<GroupSpec>;
}

const groups: [string, Partial<GroupDeclaration>, Owner][] = [
  ['made here', { declaredMembers: null }, 'admin'],
  ['handed over', { declaredMembers: null, membersAreExact: false, customClaims: CLAIMS }, 'admin'],
  ['of a resource', { declaredMembers: ['ada', 'no'], displayName: 'Söhne: "1"' }, RESOURCE],
  ['of nobody', { declaredMembers: [], customClaims: CLAIMS }, RESOURCE],
  ['of some', { declaredMembers: ['y'], membersAreExact: false }, RESOURCE],
];

describe('the manifest of a group', () => {
  test.for(groups)(
    '%s passes the schema and declares the very same',
    async ([, overrides, owner], { admin, em }) => {
      const name = `Team/${crypto.randomUUID()}`;
      const declaration = groupDeclaration(name, overrides);
      const { group } = await declareGroup(em, declaration, owner);

      const answer = await admin.get(`/api/groups/${group.id}/manifest`);

      expect(answer.headers['content-type']).toBe('text/yaml; charset=utf-8');
      const resource = read(answer.body);
      expect(toDeclaration(resource)).toEqual(declaration);
      expect(resource.spec.adoption).toBe(owner === 'admin' ? 'IfMatch' : 'Never');
    },
  );

  test('takes the group over when it is applied, with its id and its members', async ({
    admin,
    em,
    signUp,
  }) => {
    const { user } = await signUp('kept-member');
    const made = await admin.post('/api/groups', {
      name: 'handed-over',
      displayName: 'Handed over',
      customClaims: CLAIMS,
    });
    const { id } = made.json();
    await admin.send({
      method: 'PUT',
      url: `/api/groups/${id}/members/${user.id}`,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    const { body } = await admin.get(`/api/groups/${id}/manifest`);

    await declareGroup(em.fork(), toDeclaration(read(body)), RESOURCE, { adoption: 'if_match' });

    expect((await admin.get(`/api/groups/${id}`)).json()).toMatchObject({
      owner: RESOURCE,
      displayName: 'Handed over',
      memberCount: 1,
      membersEditable: true,
    });
    const rows = await query(em, `select id from groups where name = 'handed-over'`);
    expect(rows).toEqual([{ id }]);
  });

  test('says where the members stay, and is for administrators only', async ({
    admin,
    browser,
    signUp,
  }) => {
    const { browser: member } = await signUp('member');
    const { id } = (await admin.post('/api/groups', { name: 'plain' })).json();
    const url = `/api/groups/${id}/manifest`;

    expect(
      (await admin.get(url)).body,
    ).toBe(`# Members stay in the web pages. To keep them in Git, name them in spec.members.

apiVersion: permisolabs.eu/v1alpha1
kind: Group
metadata:
  name: plain
spec:
  adoption: IfMatch
`);
    expect((await browser.get(url)).statusCode).toBe(401);
    expect((await member.get(url)).statusCode).toBe(403);
  });
});

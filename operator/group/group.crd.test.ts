import { describe, expect, test } from 'vitest';
import { validateManifest } from '../crd/manifest.validation.ts';

const TOKEN_CLAIMS =
  'iss sub aud exp iat nbf jti nonce azp acr amr auth_time at_hash c_hash s_hash sid'.split(' ');
const PERSON_CLAIMS =
  'name email email_verified preferred_username given_name family_name picture locale groups updated_at'.split(
    ' ',
  );

describe('a group', () => {
  test('without members leaves them to the web pages', () => {
    const verdict = judge({});

    expect(verdict).toMatchObject({ resource: { spec: { membershipPolicy: 'Authoritative' } } });
    expect(verdict).not.toHaveProperty('resource.spec.members');
  });

  test('with an empty list of members has none', () => {
    expect(judge({ members: [] })).toMatchObject({ resource: { spec: { members: [] } } });
  });

  test.for([...TOKEN_CLAIMS, ...PERSON_CLAIMS, '__proto__'])('may not set the claim %s', (key) => {
    expect(judge({ customClaims: [{ key, value: '1' }] })).toMatchObject({
      errors: [{ field: 'spec.customClaims[0].key' }],
    });
  });

  test.for(['department', 'https://example.com/role', 'Sub', 'cost-centre'])(
    'may set the claim %s',
    (key) => {
      expect(judge({ customClaims: [{ key, value: '{"a":1}' }] })).toHaveProperty('resource');
    },
  );

  test.for(['engineering', 'Domain Users', 'team/web', 'a'])('may be called %s', (groupName) => {
    expect(judge({ groupName })).toHaveProperty('resource');
  });

  test.for(['a,b', ' a', 'a ', 'a\nb', '-a', ''])('may not be called %j', (groupName) => {
    expect(judge({ groupName })).toMatchObject({ errors: [{ field: 'spec.groupName' }] });
  });
});

function judge(spec: object) {
  return validateManifest({
    apiVersion: 'permisolabs.eu/v1alpha1',
    kind: 'Group',
    metadata: { name: 'engineering' },
    spec,
  });
}

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SNIPPETS } from './snippets.ts';

const FACTS = {
  issuer: 'https://id.example.com',
  clientId: 'wiki',
  isPublic: false,
  callbackUrl: 'https://wiki.example.com/callback',
};

const write = (id: string, facts: Partial<typeof FACTS> = {}) =>
  SNIPPETS.find((snippet) => snippet.id === id)?.write({ ...FACTS, ...facts }) ?? '';

describe('a snippet', () => {
  test.for(SNIPPETS.map(({ id }) => id))('for %s names issuer and client', (id) => {
    const text = write(id);

    expect(text).toContain('https://id.example.com');
    expect(text).toContain('wiki');
  });

  test.for(['ArgoCD', 'EnvoyGateway', 'KubeAPIServer', 'Kubectl'])('for %s is YAML', (id) => {
    expect(parse(write(id))).toBeTypeOf('object');
  });

  test('for Argo CD holds YAML in YAML', () => {
    expect(parse(parse(write('ArgoCD')).data['oidc.config'])).toEqual({
      name: 'Permiso',
      issuer: 'https://id.example.com',
      clientID: 'wiki',
      clientSecret: '$oidc.permiso.clientSecret',
      enablePKCEAuthentication: true,
      requestedScopes: ['openid', 'profile', 'email', 'groups'],
    });
  });

  test.for(['Env', 'Grafana', 'ArgoCD', 'Kubectl'])(
    'for %s asks no secret of a public client',
    (id) => {
      expect(write(id, { isPublic: true })).not.toMatch(/<client secret>|clientSecret:/);
    },
  );
});

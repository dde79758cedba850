import { describe, expect, test } from 'vitest';
import type { Manifest } from './manifest.ts';
import { validateManifest } from './manifest.validation.ts';

const grafana = {
  apiVersion: 'permisolabs.eu/v1alpha1',
  kind: 'OIDCClient',
  metadata: { name: 'grafana', namespace: 'monitoring' },
  spec: { callbackURLs: ['https://grafana.example.com/callback'] },
};

describe('a manifest', () => {
  test('comes back with the defaults that Kubernetes would fill in', () => {
    const verdict = validateManifest(grafana);

    expect(verdict).toEqual({
      resource: {
        ...grafana,
        spec: {
          ...grafana.spec,
          type: 'Confidential',
          grantTypes: ['authorization_code', 'refresh_token'],
          pkce: 'Required',
          requireReauthentication: false,
          requirePushedAuthorizationRequests: false,
          skipConsent: false,
          access: { mode: 'Everyone' },
          adoption: 'Never',
          deletionPolicy: 'Delete',
        },
      },
    });
  });

  test('is left as it was given', () => {
    const given = structuredClone(grafana);

    validateManifest(given);

    expect(given).toEqual(grafana);
  });

  test('may be what kubectl printed, whose status is not ours to believe', () => {
    const printed = {
      ...grafana,
      metadata: { ...grafana.metadata, uid: '1', resourceVersion: '7', generation: 1 },
      status: { clientID: 'forged' },
    };

    const verdict = validateManifest(printed);

    expect(verdict).toMatchObject({ resource: { metadata: { uid: '1' } } });
    expect(verdict).not.toHaveProperty('resource.status');
  });

  test('without a namespace belongs to "default", as with kubectl', () => {
    const verdict = validateManifest({ ...grafana, metadata: { name: 'grafana' } });

    expect(verdict).toMatchObject({ resource: { metadata: { namespace: 'default' } } });
  });

  test('with an empty field is read as without it', () => {
    const verdict = validateManifest(withSpec({ clientID: null, type: null }));

    expect(verdict).toMatchObject({ resource: { spec: { type: 'Confidential' } } });
    expect(verdict).not.toHaveProperty('resource.spec.clientID');
  });

  test('with several mistakes hears of all of them at once', () => {
    const verdict = validateManifest(withSpec({ type: 'public', clientID: '-', pkce: 1 }));

    expect(fieldsOf(verdict)).toEqual(['spec.clientID', 'spec.type', 'spec.pkce']);
  });

  test('that misses its shape is not asked for its rules as well', () => {
    const verdict = validateManifest(withSpec({ callbackURLs: 'https://a.example/' }));

    expect(messagesOf(verdict)).toEqual([
      'spec.callbackURLs must be a list; it is "https://a.example/"',
    ]);
  });

  test('with two lifetimes of which one is none is not told that they cannot be compared', () => {
    const rotation = { interval: '1h', overlap: '2 hours' };

    const verdict = validateManifest(withSpec({ credentials: { rotation } }));

    expect(fieldsOf(verdict)).toEqual(['spec.credentials.rotation.overlap']);
  });

  test('of a hundred thousand URLs is refused with seconds of work, not minutes', () => {
    const callbackURLs = Array.from(
      { length: 100_000 },
      (_, index) => `https://a.example/${index}`,
    );
    const before = process.cpuUsage();

    const verdict = validateManifest(withSpec({ callbackURLs, clientID: 'a'.repeat(1_000_000) }));

    expect(fieldsOf(verdict)).toEqual(['spec.clientID', 'spec.callbackURLs']);
    // Work, not time: others may be at work on this machine as well.
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});

describe('the refusal of', () => {
  test.for([
    ['nothing', null, 'this document is not a resource: it has no fields'],
    ['a list', [grafana], 'this document is not a resource: it has no fields'],
    [
      'another API',
      { ...grafana, apiVersion: 'v1' },
      'apiVersion must be permisolabs.eu/v1alpha1; it is "v1"',
    ],
    ['no API', { kind: 'Group' }, 'apiVersion must be permisolabs.eu/v1alpha1; it is missing'],
    [
      'a kind spelt otherwise',
      { ...grafana, kind: 'OidcClient' },
      'kind must be one of OIDCClient, Group, SMTPConfig, LDAPConfig; it is "OidcClient"; did you mean OIDCClient?',
    ],
    [
      'an unknown kind',
      { ...grafana, kind: 'Deployment' },
      'kind must be one of OIDCClient, Group, SMTPConfig, LDAPConfig; it is "Deployment"',
    ],
    [
      'no metadata',
      { ...grafana, metadata: undefined },
      'metadata is missing (Name, labels and annotations); add it',
    ],
    [
      'a misspelt field',
      withSpec({ callbakURLs: [] }),
      'spec.callbakURLs is not a field of OIDCClient; did you mean callbackURLs?',
    ],
    [
      'a field in other letters',
      withSpec({ clientId: 'a' }),
      'spec.clientId is not a field of OIDCClient; did you mean clientID?',
    ],
    [
      'a field from elsewhere',
      withSpec({ access: { mode: 'Everyone', teams: [] } }),
      'spec.access.teams is not a field of OIDCClient; the fields there are mode, groups',
    ],
    [
      'a field that every object of JavaScript has',
      withSpec({ constructor: null }),
      'spec.constructor is not a field of OIDCClient',
    ],
    [
      'a field that would change the prototype',
      withSpec(JSON.parse('{"__proto__": {"type": "Public"}}')),
      'spec.__proto__ is not a field of OIDCClient',
    ],
    [
      'a field beside the spec',
      { ...grafana, data: {} },
      'data is not a field of a manifest of OIDCClient',
    ],
    [
      'a word in other letters',
      withSpec({ type: 'confidential' }),
      'spec.type must be one of Confidential, Public; it is "confidential"',
    ],
    [
      'a number for a text',
      withSpec({ displayName: 1 }),
      'spec.displayName must be text; it is 1; put it in quotes',
    ],
    [
      'a text for a switch',
      withSpec({ skipConsent: 'true' }),
      'spec.skipConsent must be true or false; it is "true"',
    ],
    [
      'an empty text',
      withSpec({ displayName: '' }),
      'spec.displayName must not be empty; give it a value or remove the field',
    ],
    [
      'a name that Kubernetes would refuse',
      { ...grafana, metadata: { name: 'Grafana' } },
      'metadata.name "Grafana" is refused: a name in Kubernetes is made of a-z, 0-9, "-" and "."',
    ],
    [
      'a namespace with a dot',
      { ...grafana, metadata: { name: 'grafana', namespace: 'a.b' } },
      'metadata.namespace "a.b" is refused: a short name is made of a-z, 0-9 and "-"',
    ],
    [
      'a label value with a blank',
      { ...grafana, metadata: { name: 'grafana', labels: { 'example.com/team': 'web team' } } },
      'metadata.labels[example.com/team] "web team" is refused: a label value is made of',
    ],
    [
      'an annotation key with a blank',
      { ...grafana, metadata: { name: 'grafana', annotations: { 'my key': 'a' } } },
      'metadata.annotations is refused: every annotation key is a name such as example.com/team',
    ],
  ] as [string, unknown, string][])('%s says so in a sentence', ([, manifest, sentence]) => {
    const verdict = validateManifest(manifest);

    expect(messagesOf(verdict).join('\n')).toContain(sentence);
  });
});

describe('a rule about a change', () => {
  test('says nothing about a new resource', () => {
    expect(validateManifest(withSpec({ clientID: 'grafana' }))).toHaveProperty('resource');
  });

  test.for([
    ['a client ID that stays', { clientID: 'aa' }, { clientID: 'aa' }],
    ['a client ID that stays away', {}, { clientID: null }],
    ['a Public client that becomes Confidential', { type: 'Public' }, { type: 'Confidential' }],
    ['a type that is written out later', {}, { type: 'Confidential' }],
    ['another callback URL', {}, { callbackURLs: ['https://b.example/'] }],
  ] as [string, object, object][])('allows %s', ([, before, after]) => {
    expect(validateManifest(withSpec(after), withSpec(before))).toHaveProperty('resource');
  });

  test.for([
    ['another client ID', { clientID: 'aa' }, { clientID: 'bb' }, 'spec.clientID'],
    ['a client ID for one that had none', {}, { clientID: 'aa' }, 'spec.clientID'],
    ['no client ID for one that had one', { clientID: 'aa' }, {}, 'spec.clientID'],
    ['Public for a client that was Confidential by default', {}, { type: 'Public' }, 'spec.type'],
  ] as [string, object, object, string][])('refuses %s', ([, before, after, field]) => {
    const verdict = validateManifest(withSpec(after), withSpec(before));

    expect(fieldsOf(verdict)).toEqual([field]);
  });
});

function withSpec(spec: object): Manifest {
  return { ...grafana, spec: { ...grafana.spec, ...spec } };
}

function fieldsOf(verdict: ReturnType<typeof validateManifest>): string[] {
  return 'errors' in verdict ? verdict.errors.map(({ field }) => field) : [];
}

function messagesOf(verdict: ReturnType<typeof validateManifest>): string[] {
  return 'errors' in verdict ? verdict.errors.map(({ message }) => message) : [];
}

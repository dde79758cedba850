import { shortName } from './names.ts';
import { matching } from './rule.ts';
import { atomicListOf, mapListOf, object, oneOf, optional, text } from './schema.ts';
import { issuerUrl } from './urls.ts';

/** A number of RFC 7518 §6, as a JWK writes it. */
function number(description: string, maxLength: number) {
  return optional(
    text({
      description,
      maxLength,
      ...matching(
        '^[A-Za-z0-9_-]+$',
        'the numbers of a key are base64url without padding: letters, digits, "-" and "_"; copy them from the JWK as they are',
      ),
    }),
  );
}

const key = object(
  {
    kty: oneOf(['RSA', 'EC', 'OKP'], { description: 'Kind of key.' }),
    kid: optional(
      text({ description: 'Its name, as in the header of what it signs.', maxLength: 256 }),
    ),
    use: optional(oneOf(['sig'], { description: 'What it is for.' })),
    alg: optional(
      oneOf(
        [
          'RS256',
          'RS384',
          'RS512',
          'PS256',
          'PS384',
          'PS512',
          'ES256',
          'ES384',
          'ES512',
          'EdDSA',
          'Ed25519',
        ],
        { description: 'The one algorithm that it signs with; absent: any that fits it.' },
      ),
    ),
    n: number(
      'Modulus of an RSA key, at least 2048 bits; write "n" in quotes, which is "false" to YAML otherwise.',
      2048,
    ),
    e: number('Exponent of an RSA key.', 16),
    crv: optional(
      oneOf(['P-256', 'P-384', 'P-521', 'Ed25519'], { description: 'Curve of an EC or OKP key.' }),
    ),
    x: number('Coordinate of an EC or OKP key.', 128),
    y: number(
      'Coordinate of an EC key; write "y" in quotes, which is "true" to YAML otherwise.',
      128,
    ),
    d: number('The private part, which never belongs here; it is refused.', 4096),
  },
  {
    description: 'One public key.',
    rules: [
      {
        // Declared only to be refused: an unknown field would be dropped without a word.
        rule: '!has(self.d)',
        message:
          'd makes this a private key, and whoever has read it can pose as the application; make a new pair and write the public part only',
        reason: 'FieldValueForbidden',
        fieldPath: '.d',
      },
      {
        // 2048 bits are 342 characters of base64url.
        rule: "self.kty != 'RSA' || (has(self.n) && size(self.n) >= 342 && has(self.e))",
        message: 'an RSA key needs e and n with at least 2048 bits; make a longer one',
        fieldPath: '.n',
      },
      {
        rule: "self.kty != 'EC' || (has(self.crv) && self.crv != 'Ed25519' && has(self.x) && has(self.y))",
        message: 'an EC key needs x, y and crv P-256, P-384 or P-521; copy the public JWK whole',
        fieldPath: '.crv',
      },
      {
        rule: "self.kty != 'OKP' || (has(self.crv) && self.crv == 'Ed25519' && has(self.x))",
        message: 'an OKP key needs x and crv Ed25519; copy the public JWK whole',
        fieldPath: '.crv',
      },
    ],
  },
);

/** What the application signs with (RFC 7523), in the form of RFC 7517 §5. */
export const clientKeys = object(
  {
    keys: atomicListOf(key, {
      description: 'The keys; several while one takes over from another.',
      minItems: 1,
      maxItems: 16,
    }),
  },
  { description: 'Public keys of an application that proves itself by private_key_jwt.' },
);

const federatedCredential = object(
  {
    name: shortName('Name of this entry.'),
    issuer: issuerUrl('The iss claim of the tokens, such as https://kubernetes.default.svc.'),
    subject: text({
      description: 'The sub claim, or system:serviceaccount:<namespace>:* for a whole namespace.',
      maxLength: 512,
      ...matching(
        // Only Kubernetes promises that what follows the namespace cannot be chosen from outside it.
        '^([^*]+|system:serviceaccount:[a-z0-9]([-a-z0-9]*[a-z0-9])?:[*])$',
        'a wildcard in subject is accepted only as system:serviceaccount:<namespace>:*, because elsewhere strangers could choose a matching subject; write the subject out in full',
      ),
    }),
    audience: optional(
      text({ description: "The aud claim; default: Permiso's own URL.", maxLength: 512 }),
    ),
  },
  { description: "A workload's own token that authenticates the client instead of a secret." },
);

export const federatedCredentials = mapListOf('name', federatedCredential, {
  description: 'Workloads that authenticate as this client without a secret.',
  maxItems: 16,
});

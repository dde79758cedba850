import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

// Authenticator data flags (WebAuthn §6.1).
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;

interface Credential {
  id: Buffer;
  privateKey: string;
  userHandle: string;
  counter: number;
}

/** What a test may make the authenticator lie about. */
export interface Lie {
  origin?: string;
  userHandle?: string;
  id?: string;
  flags?: number;
  counter?: number;
  breakSignature?: boolean;
}

/** A passkey provider in software: it really signs, so nothing on our side has to look away. */
export class SoftwareAuthenticator {
  readonly origin: string;
  readonly credentials: Credential[] = [];

  constructor(origin: string) {
    this.origin = origin;
  }

  create(options: PublicKeyCredentialCreationOptionsJSON, lie: Lie = {}): RegistrationResponseJSON {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = randomBytes(16);
    this.credentials.push({
      id,
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      userHandle: options.user.id,
      counter: 0,
    });
    const flags = lie.flags ?? USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;
    const authData = Buffer.concat([
      this.#authenticatorData(flags | ATTESTED, 0),
      Buffer.alloc(16),
      Buffer.from([0, id.length]),
      id,
      coseKey(publicKey.export({ format: 'jwk' })),
    ]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    return {
      id: lie.id ?? id.toString('base64url'),
      rawId: lie.id ?? id.toString('base64url'),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, lie),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  get(options: PublicKeyCredentialRequestOptionsJSON, lie: Lie = {}): AuthenticationResponseJSON {
    const credential = this.credentials.at(-1);
    if (!credential) {
      throw new Error('this authenticator has no passkey yet');
    }
    credential.counter = lie.counter ?? credential.counter;
    const flags = lie.flags ?? USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;
    const authData = this.#authenticatorData(flags, credential.counter);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, lie);
    const clientHash = sha256(Buffer.from(clientDataJSON, 'base64url'));
    const key = createPrivateKey(credential.privateKey);
    const signature = sign('sha256', Buffer.concat([authData, clientHash]), key);
    if (lie.breakSignature) {
      signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    }
    const id = lie.id ?? credential.id.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: lie.userHandle ?? credential.userHandle,
      },
    };
  }

  #authenticatorData(flags: number, counter: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(new URL(this.origin).hostname), Buffer.from([flags]), count]);
  }

  #clientData(type: string, challenge: string, lie: Lie): string {
    const data = { type, challenge, origin: lie.origin ?? this.origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }
}

/** COSE_Key of an ES256 key (RFC 9053 §7.1.1). */
function coseKey({ x = '', y = '' }: { x?: string; y?: string }): Buffer {
  const key = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
    [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
  ]);
  return Buffer.from(isoCBOR.encode(key as never));
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

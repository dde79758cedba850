import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const FORMAT = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts secrets for the database. Made once, from ENCRYPTION_KEY. */
export interface Keyring {
  /** Names the key that encrypts now; stored in every ciphertext, so that rows can be re-encrypted one by one. */
  readonly keyId: string;

  /** AES-256-GCM, bound to its place (`table/row/column`): a ciphertext moved to another row does not open. */
  encrypt(plaintext: string, place: string): string;

  /** Throws `WrongEncryptionKey` when no key of the ring made this ciphertext. */
  decrypt(ciphertext: string, place: string): string;
}

/** The database holds secrets that the configured keys cannot open. */
export class WrongEncryptionKey extends Error {
  constructor(keyId: string) {
    super(
      `the database was encrypted with another ENCRYPTION_KEY (key id ${keyId}); start with that key, or give it as PREVIOUS_ENCRYPTION_KEY`,
    );
    this.name = 'WrongEncryptionKey';
  }
}

/** The first secret encrypts; all of them decrypt, which is what makes rotation possible. */
export function createKeyring(secrets: [string, ...string[]]): Keyring {
  const keys = new Map(secrets.map((secret) => [idOf(derive(secret)), derive(secret)] as const));
  const current = derive(secrets[0]);
  const keyId = idOf(current);

  return {
    keyId,

    encrypt(plaintext, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const body = Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
      return `${FORMAT}.${keyId}.${body.toString('base64url')}`;
    },

    decrypt(ciphertext, place) {
      const [format, id = '', body = ''] = ciphertext.split('.');
      const key = keys.get(id);
      if (format !== FORMAT || !key) {
        throw new WrongEncryptionKey(id);
      }
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([plaintext, decipher.final()]).toString('utf8');
    },
  };
}

function derive(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'permiso/encryption/v1', 32));
}

function idOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

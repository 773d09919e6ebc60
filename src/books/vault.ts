import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Describes a customer's data key as it is stored: wrapped by the key-encryption key `keyId`. */
export interface WrappedKey {
  readonly keyId: string;
  readonly wrappedKey: Buffer;
}

/**
 * Seals personal fields. Each customer has a data key (AES-256-GCM), wrapped by a key-encryption key with an id; the
 * first key given wraps new data keys, the others still open old ones. Sealed text is bound to `context`, which names
 * its owner and field, so it opens nowhere else. Layout: nonce, tag, ciphertext.
 */
export class Vault {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #currentId: string;
  readonly #indexKey: Buffer;

  /** Takes keys as `id:base64,...`. Throws when one is not 32 bytes long. */
  constructor(encryptionKeys: string, blindIndexKey: string) {
    const entries = encryptionKeys.split(',').map((entry): [string, Buffer] => {
      const at = entry.indexOf(':');
      return [entry.slice(0, at).trim(), readKey(entry.slice(at + 1))];
    });
    this.#keys = new Map(entries);
    this.#currentId = entries[0]?.[0] ?? '';
    this.#indexKey = readKey(blindIndexKey);
  }

  newDataKey(): WrappedKey {
    return { keyId: this.#currentId, wrappedKey: encrypt(this.#kek(this.#currentId), randomBytes(32), 'data-key') };
  }

  seal(key: WrappedKey, context: string, plain: string): Buffer {
    return encrypt(this.#unwrap(key), Buffer.from(plain, 'utf8'), context);
  }

  /** Throws when the key, the context and the sealed bytes do not belong together. */
  open(key: WrappedKey, context: string, sealed: Buffer): string {
    return decrypt(this.#unwrap(key), sealed, context).toString('utf8');
  }

  /** Returns the keyed hash by which a value can be found without being stored. */
  blindIndex(kind: string, value: string): Buffer {
    return createHmac('sha256', this.#indexKey).update(`${kind}\0${value}`).digest();
  }

  #unwrap({ keyId, wrappedKey }: WrappedKey): Buffer {
    return decrypt(this.#kek(keyId), wrappedKey, 'data-key');
  }

  #kek(id: string): Buffer {
    const key = this.#keys.get(id);
    if (!key) throw new Error(`ENCRYPTION_KEYS holds no key "${id}"`);
    return key;
  }
}

function readKey(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  if (key.length !== 32) throw new Error('An encryption key must be 32 bytes, in base64');
  return key;
}

function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}

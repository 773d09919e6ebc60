import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { NotificationChannel } from '../../contracts/addresses/address-findings';
import { oneOf } from '../../contracts/one-of';
import { Journal, type Span } from '../journal';
import { fingerprint, type SandboxOptions } from '../server';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Describes one entry of the journal. The recipient and the text are sealed with a key made from the API key. */
const Entry = z.strictObject({
  entry: z.enum(['sent', 'refused']),
  key: z.string(),
  channel: oneOf(NotificationChannel),
  reference: z.string(),
  fingerprint: z.string(),
  sealed: z.string(),
  at: z.iso.datetime(),
});
type Entry = z.infer<typeof Entry>;

/** Describes a message that was accepted, or permanently refused, under one key. */
export type AcceptedMessage = Omit<Entry, 'sealed'> & { readonly span: Span };

export interface Content {
  readonly to: string;
  readonly text: string;
}

/** Keeps the messages of the sandbox. A key is one message, however often it is sent. */
export class NotifierBooks {
  readonly messages: AcceptedMessage[] = [];
  private readonly byKey = new Map<string, AcceptedMessage>();
  private readonly sealKey: Buffer;
  private readonly journal: Journal<Entry>;
  private readonly now: () => Date;

  constructor(private readonly options: Pick<SandboxOptions, 'apiKey' | 'journalFile' | 'now'>) {
    this.now = options.now ?? (() => new Date());
    this.sealKey = Buffer.from(hkdfSync('sha256', options.apiKey, '', 'sandbox-notifier message', 32));
    this.journal = Journal.open(options.journalFile, Entry, (entry, span) => {
      this.apply(entry, span);
    });
  }

  find(key: string): AcceptedMessage | undefined {
    return this.byKey.get(key);
  }

  /** Accepts a message, or refuses it permanently. Returns `key_reused` when the key has another message. */
  take(channel: NotificationChannel, key: string, content: Content, refused: boolean): AcceptedMessage | 'key_reused' {
    const print = fingerprint(this.options.apiKey, channel, content);
    const known = this.byKey.get(key);
    // Mail stores recognize a copy by its Message-ID, even when mail servers on the way changed its text.
    if (known) return channel === 'email' || known.fingerprint === print ? known : 'key_reused';
    const entry: Entry = {
      entry: refused ? 'refused' : 'sent',
      key,
      channel,
      reference: `msg_${randomUUID()}`,
      fingerprint: print,
      sealed: this.seal(JSON.stringify(content)),
      at: this.now().toISOString(),
    };
    return this.apply(entry, this.journal.append(entry));
  }

  /** Opens the recipient and the text of a message. Throws when they were sealed under another API key. */
  contentOf(taken: AcceptedMessage): Content {
    const bytes = Buffer.from(this.journal.read(taken.span).sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.sealKey, bytes.subarray(0, NONCE_BYTES)).setAuthTag(
      bytes.subarray(-TAG_BYTES),
    );
    return JSON.parse(
      Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8'),
    ) as Content;
  }

  close(): void {
    this.journal.close();
  }

  private seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.sealKey, nonce);
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  private apply({ sealed: _sealed, ...entry }: Entry, span: Span): AcceptedMessage {
    const taken: AcceptedMessage = { ...entry, span };
    this.byKey.set(entry.key, taken);
    this.messages.push(taken);
    return taken;
  }
}

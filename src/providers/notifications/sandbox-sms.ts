import { z } from 'zod';
import { NotificationChannel } from '../../contracts/addresses/address-findings';
import { oneOf } from '../../contracts/one-of';
import { callJson, readAnswer, type ProviderConnection } from '../http';
import { readJournal } from '../sandbox-journal';
import type { Message, NotificationJournalEntry, NotificationProvider, Sent } from './notification-provider';

export const SANDBOX_SMS = 'sandbox-sms';

const text = z.string().min(1);
const SentAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('sent'), reference: text }),
  z.object({ status: z.literal('refused'), reason: text }),
]);
const JournalEntry = z.object({ key: text, channel: oneOf(NotificationChannel), reference: text });

/** Sends SMS through the sandbox over HTTP, once per call. After `ProviderUnavailable` it may be sent: ask by key. */
export class SandboxSmsProvider implements NotificationProvider {
  readonly code = SANDBOX_SMS;
  readonly channel = 'sms';
  private readonly connection: ProviderConnection;

  constructor(options: Omit<ProviderConnection, 'provider'>) {
    this.connection = { provider: this.code, ...options };
  }

  async send({ key, to, text: body }: Message, signal?: AbortSignal): Promise<Sent> {
    const call = {
      method: 'POST',
      path: '/v1/messages',
      body: { key, to, text: body },
      expect: [200, 422],
      signal,
    } as const;
    return readAnswer(this.connection, await callJson(this.connection, call), SentAnswer);
  }

  async findByKey(key: string, signal?: AbortSignal): Promise<Sent | undefined> {
    const answer = await callJson(this.connection, {
      method: 'GET',
      path: `/v1/messages/by-key/${encodeURIComponent(key)}`,
      expect: [200, 404],
      signal,
    });
    return answer.status === 404 ? undefined : readAnswer(this.connection, answer, SentAnswer);
  }

  /** Yields every message that the sandbox accepted, by SMS and by e-mail. */
  journal(): AsyncIterable<NotificationJournalEntry> {
    return readJournal(this.connection, JournalEntry);
  }
}

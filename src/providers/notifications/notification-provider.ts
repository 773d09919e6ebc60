import type { NotificationChannel } from '../../contracts/addresses/address-findings';

/** Describes a message to a person or a company. The same `key` always means the same message. */
export interface Message {
  readonly key: string;
  /** An e-mail address, or a phone number in its international form (E.164). */
  readonly to: string;
  /** The address for answers to an e-mail, when it differs from the sender's. */
  readonly replyTo?: string | undefined;
  /** The subject of an e-mail; an SMS does not show it. */
  readonly subject: string;
  readonly text: string;
  /** The text as HTML; e-mail only. */
  readonly html?: string | undefined;
}

export type Sent =
  | { readonly status: 'sent'; readonly reference: string }
  /** The message will never be delivered: no such mailbox, no such number. */
  | { readonly status: 'refused'; readonly reason: string };

/**
 * Sends messages through one channel. Sending throws `ProviderUnavailable` when no answer came: the message may or may
 * not be on its way, so ask by key, and send again under the same key when the provider does not know.
 */
export interface NotificationProvider {
  readonly code: string;
  readonly channel: NotificationChannel;
  send(message: Message, signal?: AbortSignal): Promise<Sent>;
  /** Undefined when the provider never saw the key, or cannot look it up. */
  findByKey(key: string, signal?: AbortSignal): Promise<Sent | undefined>;
}

/** Describes one line of a provider's own journal, for the audit. */
export interface NotificationJournalEntry {
  readonly key: string;
  readonly channel: NotificationChannel;
  readonly reference: string;
}

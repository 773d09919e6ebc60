import type { NotificationChannel } from '../../contracts/addresses/address-findings';

/** A message to one person, or to a company. `key` names it for good: the same key is the same message. */
export interface Message {
  readonly key: string;
  /** An e-mail address, or a phone number in its international form (E.164). */
  readonly to: string;
  /** Where an answer to an e-mail goes, when that is not whom it is from. */
  readonly replyTo?: string | undefined;
  /** What an e-mail is about; an SMS has none. */
  readonly subject: string;
  readonly text: string;
  /** The same for readers that show HTML; e-mail only. */
  readonly html?: string | undefined;
}

export type Sent =
  | { readonly status: 'sent'; readonly reference: string }
  /** It will never be delivered: no such mailbox, no such number. */
  | { readonly status: 'refused'; readonly reason: string };

/**
 * One way to tell people something. Sending throws `ProviderUnavailable` when no answer came: the message may or may
 * not be on its way, so ask by key where the provider can tell, else send again under the same key.
 */
export interface NotificationProvider {
  readonly code: string;
  readonly channel: NotificationChannel;
  send(message: Message, signal?: AbortSignal): Promise<Sent>;
  /** Undefined when the provider never saw the key, or cannot tell. */
  findByKey(key: string, signal?: AbortSignal): Promise<Sent | undefined>;
}

/** One line of a provider's own journal, for the audit. */
export interface NotificationJournalEntry {
  readonly key: string;
  readonly channel: NotificationChannel;
  readonly reference: string;
}

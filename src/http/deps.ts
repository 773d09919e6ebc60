import type { Logger } from 'pino';
import type { Clients } from '../client/clients';
import type { Intent } from '../client/intent';
import type { Caller } from '../contracts/caller';
import type { CarrierWebhookReader } from '../providers/carrier';
import type { PaymentWebhookReader } from '../providers/payment';

/** Everything that the API stands on; built by src/server.ts, and by the tests. */
export interface AppDeps {
  readonly clients: Pick<Clients, 'orders' | 'tasks' | 'shipments' | 'webhooks' | 'timelineHeads'>;
  readonly intentOf: (method: string, url: string, body: unknown, key: string) => Intent;
  /** Answers whom an API key speaks for; undefined for unknown and revoked ones. */
  readonly authenticate: (secret: string) => Promise<Caller | undefined>;
  /** Who may send webhooks; each is reached under its code. */
  readonly paymentReaders: readonly PaymentWebhookReader[];
  readonly carrierReaders: readonly CarrierWebhookReader[];
  /** By name, what must answer for this process to be of use. Each throws, or takes too long, when it does not. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
  /** Tells a database or Temporal that does not answer right now from a defect. */
  readonly isOutOfReach: (error: unknown) => boolean;
  readonly log: Logger;
  /** How many live timelines may be open at once; beyond it 503. */
  readonly maxStreams?: number;
}

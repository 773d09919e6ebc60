import type { FastifyPluginCallback } from 'fastify';
import type { Logger } from 'pino';
import type { Services } from '../services/services';
import type { ChangingRequest, IdempotentRequest } from '../services/idempotent-request';
import type { Caller } from '../contracts/caller';
import type { CarrierWebhookReader } from '../providers/carriers/carrier-provider';
import type { PaymentWebhookReader } from '../providers/payments/payment-provider';
import type { SupplierWebhookReader } from '../providers/suppliers/supplier-provider';

/**
 * Names why a request was refused before it was read. These are too many placements, a slow event loop, too many
 * requests of one key, or of one address without a known key.
 */
export type ShedReason = 'placements' | 'event_loop' | 'rate' | 'stranger';

/**
 * Records the metrics of the API and writes them for /metrics. Routes are patterns: nothing that a caller typed is
 * recorded.
 */
export interface ApiMeter {
  requestsInFlight(count: number): void;
  answered(
    request: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number,
  ): void;
  shed(reason: ShedReason): void;
  placements(state: { readonly inFlight: number; readonly waiting: number }): void;
  /** Checks whether the caller may read the metrics. */
  mayRead(from: { readonly address: string; readonly headers: Readonly<Record<string, unknown>> }): boolean;
  /** Writes every metric in the text format of Prometheus. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Limits the work that the API accepts. Work that was accepted always continues. */
export interface LoadLimits {
  readonly placementsInFlight: number;
  readonly placementsWaiting: number;
  readonly placementWaitMs: number;
  /** The allowed delay of the event loop, on average over the window, so that a short burst turns nothing away. */
  readonly eventLoopDelayMs: number;
  readonly eventLoopWindowMs: number;
  /** Counted by API key. */
  readonly requestsPerSecond: number;
  /** Counted by client address, for requests without a known API key; 0 means no limit. */
  readonly unauthenticatedPerSecond: number;
}

/** Lists the dependencies of the API. Built by src/server.ts and by the tests. */
export interface AppDeps {
  readonly services: Pick<
    Services,
    | 'orders'
    | 'quotes'
    | 'promotions'
    | 'addresses'
    | 'interventions'
    | 'tasks'
    | 'shipments'
    | 'stock'
    | 'replenishments'
    | 'webhooks'
    | 'timelineHeads'
    | 'adoptions'
  >;
  readonly idempotentRequest: (request: ChangingRequest) => IdempotentRequest;
  /** Returns the caller of an API key; undefined for unknown and revoked keys. */
  readonly authenticate: (secret: string) => Promise<Caller | undefined>;
  /** Checks, without a query, whether an API key was valid when it was last looked up. */
  readonly isKnownKey: (secret: string) => boolean;
  /** Read the webhooks of each provider; a provider's code is in the URL. */
  readonly paymentReaders: readonly PaymentWebhookReader[];
  readonly carrierReaders: readonly CarrierWebhookReader[];
  readonly supplierReaders: readonly SupplierWebhookReader[];
  /** Checks, by name, the systems that this process needs. A check throws, or takes too long, when one is down. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
  /** Checks whether an error means that the database or Temporal does not answer, and not a defect. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly log: Logger;
  readonly meter: ApiMeter;
  /** Opens a span for every request; without it, nothing is traced. */
  readonly trace?: FastifyPluginCallback;
  /** Without limits, the API takes all work. */
  readonly limits?: LoadLimits;
  /** How many live timelines may be open at once; more are answered 503. */
  readonly maxStreams?: number;
}

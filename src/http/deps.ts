import type { FastifyPluginCallback } from 'fastify';
import type { Logger } from 'pino';
import type { Services } from '../services/services';
import type { IdempotentRequest } from '../services/idempotent-request';
import type { Caller } from '../contracts/caller';
import type { CarrierWebhookReader } from '../providers/carriers/carrier-provider';
import type { PaymentWebhookReader } from '../providers/payments/payment-provider';
import type { SupplierWebhookReader } from '../providers/suppliers/supplier-provider';

/**
 * Why a request was turned away unread: too many orders under way, a process that runs late, a key that asks too often,
 * an address that asks too often without one.
 */
export type ShedReason = 'placements' | 'event_loop' | 'rate' | 'stranger';

/**
 * Where the API notes what it does, and what /metrics shows of it. Routes are patterns: nothing a caller typed is
 * noted.
 */
export interface ApiMeter {
  requestsInFlight(count: number): void;
  answered(
    request: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number,
  ): void;
  shed(reason: ShedReason): void;
  placements(state: { readonly inFlight: number; readonly waiting: number }): void;
  /** Tells whether whoever asks may see the figures. */
  mayRead(from: { readonly address: string; readonly headers: Readonly<Record<string, unknown>> }): boolean;
  /** Writes every figure in the text form of Prometheus. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Past what the API turns work away. Work that was taken always goes on. */
export interface LoadLimits {
  readonly placementsInFlight: number;
  readonly placementsWaiting: number;
  readonly placementWaitMs: number;
  /** How late the process may run, on average over the window: a burst makes it late for a moment, and is no reason. */
  readonly eventLoopDelayMs: number;
  readonly eventLoopWindowMs: number;
  /** By API key. */
  readonly requestsPerSecond: number;
  /** By client address, for requests that show no known API key; 0 takes all. */
  readonly strangersPerSecond: number;
}

/** Everything that the API stands on; built by src/server.ts, and by the tests. */
export interface AppDeps {
  readonly services: Pick<
    Services,
    | 'orders'
    | 'quotes'
    | 'promotions'
    | 'addresses'
    | 'operators'
    | 'tasks'
    | 'shipments'
    | 'stock'
    | 'replenishments'
    | 'webhooks'
    | 'timelineHeads'
  >;
  readonly idempotentRequest: (method: string, url: string, body: unknown, key: string) => IdempotentRequest;
  /** Answers whom an API key speaks for; undefined for unknown and revoked ones. */
  readonly authenticate: (secret: string) => Promise<Caller | undefined>;
  /** Tells, without asking anybody, whether an API key was good when it was last looked up. */
  readonly isKnownKey: (secret: string) => boolean;
  /** Who may send webhooks; each is reached under its code. */
  readonly paymentReaders: readonly PaymentWebhookReader[];
  readonly carrierReaders: readonly CarrierWebhookReader[];
  readonly supplierReaders: readonly SupplierWebhookReader[];
  /** By name, what must answer for this process to be of use. Each throws, or takes too long, when it does not. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
  /** Tells a database or Temporal that does not answer right now from a defect. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly log: Logger;
  readonly meter: ApiMeter;
  /** Makes a span of every request; without one, nobody traces. */
  readonly trace?: FastifyPluginCallback;
  /** Without limits everything is taken. */
  readonly limits?: LoadLimits;
  /** How many live timelines may be open at once; beyond it 503. */
  readonly maxStreams?: number;
}

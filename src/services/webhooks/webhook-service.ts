import { enqueueOrderSignal } from '../../books/outbox';
import { applySupplierAnswer } from '../../books/purchasing/supplier-answers';
import type { ShelfRef } from '../../books/purchasing/replenishments';
import { applyScan } from '../../books/shipping/shipments';
import type { Transactions, Tx } from '../../books/transactions';
import { lockReference, parkWebhook, recordWebhook } from '../../books/webhooks/received-webhooks';
import { SYSTEM } from '../../contracts/caller';
import type {
  CarrierEvent,
  PaymentEvent,
  SupplierEvent,
  VerifiedWebhook,
} from '../../contracts/webhooks/provider-events';
import type { OutboxSender } from '../outbox-sender';

/** What became of a webhook whose signature held. */
export type Reception = 'applied' | 'duplicate' | 'parked';

/**
 * Takes what carriers, gateways and suppliers report. Each event has its effect once, in the transaction that records
 * it.
 */
export class WebhookService {
  constructor(
    private readonly transactions: Transactions,
    private readonly messenger: OutboxSender,
  ) {}

  /** Merges a carrier's scan; one for a parcel that we do not know yet is parked. */
  carrier(provider: string, webhook: VerifiedWebhook<CarrierEvent>): Promise<Reception> {
    return this.#receive(provider, webhook, webhook.event.trackingNumber, (tx) =>
      applyScan(tx, provider, webhook.event),
    );
  }

  /** Tells the order that its customer acted: it asks the gateway what came of it, whatever the event says. */
  payment(provider: string, webhook: VerifiedWebhook<PaymentEvent>): Promise<Reception> {
    const { key } = webhook.event;
    return this.#receive(provider, webhook, key, async (tx) => {
      const operation = await tx
        .selectFrom('operation')
        .select('orderId')
        .where('key', '=', key)
        .where('provider', '=', provider)
        .executeTakeFirst();
      if (!operation) return undefined;
      const payment = await tx
        .selectFrom('payment')
        .select('id')
        .where('orderId', '=', operation.orderId)
        .where('number', '=', Number(key.slice(key.lastIndexOf(':') + 1)))
        .executeTakeFirstOrThrow();
      await enqueueOrderSignal(tx, operation.orderId, { signal: 'paymentSettled', payload: { paymentId: payment.id } });
      return { ...operation, wakes: true };
    });
  }

  /** Merges what a supplier says of a purchase order. */
  async supplier(provider: string, webhook: VerifiedWebhook<SupplierEvent>): Promise<Reception> {
    let shelf: ShelfRef | undefined;
    const reception = await this.#receive(provider, webhook, webhook.event.key, async (tx) => {
      shelf = await applySupplierAnswer(tx, provider, webhook.event);
      return shelf && { orderId: webhook.event.reference, wakes: false };
    });
    if (reception === 'applied' && shelf) await this.messenger.flushReplenishment(shelf);
    return reception;
  }

  async #receive(
    provider: string,
    { eventId, event }: VerifiedWebhook<unknown>,
    reference: string,
    apply: (tx: Tx) => Promise<{ orderId: string; wakes: boolean } | undefined>,
  ): Promise<Reception> {
    const received = { provider, eventId, payload: event };
    const outcome = await this.transactions.run(SYSTEM, async (tx) => {
      if (!(await recordWebhook(tx, received))) return 'duplicate' as const;
      const known = await apply(tx);
      if (known) return known;
      await lockReference(tx, provider, reference);
      const applied = await apply(tx);
      if (!applied) await parkWebhook(tx, received, reference);
      return applied ?? ('parked' as const);
    });
    if (typeof outcome === 'string') return outcome;
    if (outcome.wakes) await this.messenger.flush(outcome.orderId);
    return 'applied';
  }
}

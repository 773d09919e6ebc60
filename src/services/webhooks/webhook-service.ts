import { enqueueOrderSignal } from '../../books/outbox';
import { noteCustomerActed } from '../../books/payments/payments';
import { applySupplierAnswer } from '../../books/purchasing/supplier-answers';
import type { ShelfRef } from '../../books/purchasing/replenishments';
import { applyScan } from '../../books/shipping/shipments';
import type { Transactions, Tx } from '../../books/transactions';
import { lockWebhookReference, parkWebhook, recordWebhook } from '../../books/webhooks/received-webhooks';
import { SYSTEM } from '../../contracts/caller';
import type {
  CarrierEvent,
  PaymentEvent,
  SupplierEvent,
  VerifiedWebhook,
} from '../../contracts/webhooks/provider-events';
import type { OutboxSender } from '../outbox-sender';

/** Names the result of a webhook whose signature is valid. */
export type Reception = 'applied' | 'duplicate' | 'parked';

/** Records what carriers, gateways and suppliers report. An event takes effect once, in the recording transaction. */
export class WebhookService {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: OutboxSender,
  ) {}

  /** Applies a carrier's scan. One for a parcel that is not known yet is parked. */
  carrier(provider: string, webhook: VerifiedWebhook<CarrierEvent>): Promise<Reception> {
    return this.#receive(provider, webhook, webhook.event.trackingNumber, (tx) =>
      applyScan(tx, provider, webhook.event),
    );
  }

  /** Signals the order that its customer acted. The order asks the gateway for the result, whatever the event says. */
  payment(provider: string, webhook: VerifiedWebhook<PaymentEvent>): Promise<Reception> {
    const { key } = webhook.event;
    return this.#receive(provider, webhook, key, async (tx) => {
      const operation = await tx
        .selectFrom('operation')
        .innerJoin('payment', 'payment.id', 'operation.subjectId')
        .select(['payment.id as paymentId', 'payment.orderId'])
        .where('operation.providerKey', '=', key)
        .where('operation.provider', '=', provider)
        .where('operation.subjectType', '=', 'payment')
        .executeTakeFirst();
      if (!operation) return undefined;
      const { orderId, paymentId } = operation;
      await noteCustomerActed(tx, paymentId);
      await enqueueOrderSignal(tx, orderId, { signal: 'paymentSettled', payload: { paymentId } });
      return { orderId, wakes: true };
    });
  }

  /** Applies what a supplier says about a purchase order. */
  async supplier(provider: string, webhook: VerifiedWebhook<SupplierEvent>): Promise<Reception> {
    let shelf: ShelfRef | undefined;
    const reception = await this.#receive(provider, webhook, webhook.event.key, async (tx) => {
      shelf = await applySupplierAnswer(tx, provider, webhook.event);
      return shelf && { orderId: webhook.event.reference, wakes: false };
    });
    if (reception === 'applied' && shelf) await this.outbox.flushReplenishment(shelf);
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
      await lockWebhookReference(tx, provider, reference);
      const applied = await apply(tx);
      if (!applied) await parkWebhook(tx, received, reference);
      return applied ?? ('parked' as const);
    });
    if (typeof outcome === 'string') return outcome;
    if (outcome.wakes) await this.outbox.flush(outcome.orderId);
    return 'applied';
  }
}

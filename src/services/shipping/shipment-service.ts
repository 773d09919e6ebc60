import { customerKeyOf } from '../../books/customers/customers';
import { handOver } from '../../books/shipping/hand-over';
import { labelContext } from '../../books/shipping/shipments';
import type { Transactions } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import { SYSTEM, type Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import { buildAnswer, runIdempotently, type Answer, type IdempotentRequest } from '../idempotent-request';
import type { OutboxSender } from '../outbox-sender';

export interface HandedOver {
  readonly fulfillmentId: string;
  readonly status: 'handed_over';
}

/** Hands parcels over to carriers, and opens the labels of shipments. */
export class ShipmentService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly outbox: OutboxSender,
  ) {}

  /** Hands a labelled parcel over to its carrier: its goods leave the stock, and its payment is captured. */
  async handOver(
    caller: Caller,
    intent: IdempotentRequest,
    fulfillmentId: string,
  ): Promise<Answer<HandedOver> | Refusal> {
    let orderId: string | undefined;
    const result = await runIdempotently(this.transactions, caller, intent, async (tx) => {
      const fulfillment = await tx
        .selectFrom('fulfillment')
        .select('orderId')
        .where('id', '=', fulfillmentId)
        .executeTakeFirst();
      orderId = fulfillment?.orderId;
      const handed = await handOver(tx, fulfillmentId, new Date());
      return isRefusal(handed) ? handed : buildAnswer(200, { fulfillmentId, status: 'handed_over' as const });
    });
    if (!isRefusal(result) && orderId !== undefined) await this.outbox.flush(orderId);
    return result;
  }

  /** Opens a shipment's label (ZPL). Refused when the caller may not see it, or it was voided or erased. */
  async label(caller: Caller, shipmentId: string): Promise<string | Refusal> {
    const shipment = await this.transactions.run(caller, (tx) =>
      tx
        .selectFrom('shipment')
        .select(['label', 'orderId', 'fulfillmentId'])
        .where('id', '=', shipmentId)
        .executeTakeFirst(),
    );
    if (!shipment?.label) return refuse('not_found');
    const customer = await this.transactions.run(SYSTEM, (tx) => customerKeyOf(tx, shipment.orderId));
    return customer
      ? this.vault.open(customer, labelContext(shipment.fulfillmentId), shipment.label)
      : refuse('not_found');
  }
}

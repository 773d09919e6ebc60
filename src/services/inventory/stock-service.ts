import { setBackorderTerms } from '../../books/catalogue/backorder-terms';
import type { ShelfRef } from '../../books/purchasing/replenishments';
import { adjustLot, countLot, receiveGoods, setStock } from '../../books/inventory/stock-adjustments';
import type { Transactions, Tx } from '../../books/transactions';
import type { BackorderResource, SetBackorder } from '../../contracts/inventory/backorder';
import type { Caller } from '../../contracts/caller';
import { isRefusal, type Refusal } from '../../contracts/errors';
import type { Page } from '../../contracts/page';
import type {
  AdjustLot,
  AskAvailability,
  AvailabilityResource,
  CountLot,
  ListStock,
  ReceiveStock,
  SetStock,
  ShelfResource,
} from '../../contracts/inventory/stock';
import { dayOf } from '../../domain/dates';
import { buildAnswer, runIdempotently, type Answer, type IdempotentRequest } from '../idempotent-request';
import type { OutboxSender } from '../outbox-sender';
import { listStock, readAvailability, readBackorder, readShelf } from './read-stock';

/** Manages stock for merchants (their SKUs) and warehouses (their shelves), and reads its availability. */
export class StockService {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: OutboxSender,
    /** The mall's time zone (IANA). */
    private readonly timeZone: string,
  ) {}

  list(caller: Caller, query: ListStock): Promise<Page<ShelfResource> | Refusal> {
    return this.transactions.run(caller, (tx) => listStock(tx, caller, query));
  }

  availability(caller: Caller, query: AskAvailability): Promise<AvailabilityResource | Refusal> {
    return this.transactions.run(caller, (tx) => readAvailability(tx, query, this.#today()));
  }

  /** Adds a delivery to the stock. */
  receive(caller: Caller, intent: IdempotentRequest, goods: ReceiveStock): Promise<Answer<ShelfResource> | Refusal> {
    return this.#change(caller, intent, (tx) => receiveGoods(tx, goods, this.#today()));
  }

  /** Sets a lot to what was counted. */
  count(caller: Caller, intent: IdempotentRequest, count: CountLot): Promise<Answer<ShelfResource> | Refusal> {
    return this.#change(caller, intent, (tx) => countLot(tx, count, this.#today()));
  }

  /** Changes a lot by hand, for a reason. */
  adjust(caller: Caller, intent: IdempotentRequest, adjustment: AdjustLot): Promise<Answer<ShelfResource> | Refusal> {
    return this.#change(caller, intent, (tx) => adjustLot(tx, adjustment, this.#today()));
  }

  /** Sets safety stock and thresholds. */
  set(caller: Caller, intent: IdempotentRequest, settings: SetStock): Promise<Answer<ShelfResource> | Refusal> {
    return this.#change(caller, intent, (tx) => setStock(tx, settings, this.#today()));
  }

  /** Sets whether and how a SKU can be backordered. */
  setBackorder(
    caller: Caller,
    intent: IdempotentRequest,
    settings: SetBackorder,
  ): Promise<Answer<BackorderResource> | Refusal> {
    return runIdempotently(
      this.transactions,
      caller,
      intent,
      async (tx) =>
        (await setBackorderTerms(tx, settings)) ?? buildAnswer(200, await readBackorder(tx, settings.skuId)),
    );
  }

  #today(): string {
    return dayOf(new Date(), this.timeZone);
  }

  async #change(
    caller: Caller,
    intent: IdempotentRequest,
    work: (tx: Tx) => Promise<ShelfRef | Refusal>,
  ): Promise<Answer<ShelfResource> | Refusal> {
    const answered = await runIdempotently(this.transactions, caller, intent, async (tx) => {
      const changed = await work(tx);
      return isRefusal(changed) ? changed : buildAnswer(200, await readShelf(tx, caller, changed));
    });
    if (isRefusal(answered) || answered.replayed) return answered;
    await this.outbox.flushReplenishment(answered.body);
    await this.outbox.flushFilled();
    return answered;
  }
}

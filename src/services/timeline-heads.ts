import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';

/** Reads how far timelines have come: one cheap query for everybody who follows some of them. */
export class TimelineHeads {
  constructor(private readonly transactions: Transactions) {}

  /** Reads the last sequence number of each order's timeline. Numbers reveal nothing, so it needs no caller. */
  read(orderIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const rows = await tx
        .selectFrom('timeline_head')
        .select(['orderId', 'seq'])
        .where('orderId', 'in', [...orderIds])
        .execute();
      return new Map(rows.map(({ orderId, seq }) => [orderId, seq]));
    });
  }
}

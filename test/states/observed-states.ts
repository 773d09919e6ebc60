import { createTestDatabase } from '../support/database';
import { connectTo } from '../support/mall';
import { BareRows } from './bare-rows';
import { observe, SUBJECTS, type Move } from './observed-moves';

/** Observes the moves of every subject on a database of its own. */
export async function observeAll(): Promise<Readonly<Record<keyof typeof SUBJECTS, readonly Move[]>>> {
  const database = await createTestDatabase();
  const transactions = connectTo(database.appUrl);
  const rows = await BareRows.open(database.ownerUrl);
  try {
    return {
      order: await observe(SUBJECTS.order, rows, transactions),
      fulfillment: await observe(SUBJECTS.fulfillment, rows, transactions),
      payment: await observe(SUBJECTS.payment, rows, transactions),
      task: await observe(SUBJECTS.task, rows, transactions),
      replenishment: await observe(SUBJECTS.replenishment, rows, transactions),
    };
  } finally {
    await rows.close();
    await transactions.close();
    await database.drop();
  }
}

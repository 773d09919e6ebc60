import { randomUUID } from 'node:crypto';
import { abandonUnpaid, decidePayment, movePayment } from '../../src/books/payments/payments';
import { moveFulfillment } from '../../src/books/orders/fulfillments';
import { moveOrder, resumeOrder } from '../../src/books/orders/orders';
import {
  closeReplenishment,
  countReceipts,
  endCompleteReplenishments,
} from '../../src/books/purchasing/replenishments';
import { recordAnswer, recordSent } from '../../src/books/purchasing/supplier-answers';
import { cancelTasks, cancelFollowUps, completeTasksAsPacked } from '../../src/books/task-rows';
import type { Transactions, Tx } from '../../src/books/transactions';
import { claimTask, completeTask } from '../../src/books/warehouse/tasks';
import { SYSTEM } from '../../src/contracts/caller';
import {
  FulfillmentStatus,
  OrderStatus,
  PaymentStatus,
  ReplenishmentStatus,
  TaskStatus,
} from '../../src/contracts/statuses';
import type { BareRows } from './bare-rows';

/** One move that was seen: from a status, by an event, to another status. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

interface Row {
  readonly id: string;
  /** The row's order, fulfillment, SKU or subject: new for each row, so that no two meet. */
  readonly of: string;
}

/** Something that happens to a row, and the statuses in which our code lets it happen. */
interface Driver {
  readonly by: string;
  readonly act: (tx: Tx, row: Row) => Promise<unknown>;
  readonly values?: (of: string) => Readonly<Record<string, unknown>>;
  readonly from?: readonly string[];
}

interface Subject {
  readonly table: string;
  readonly statuses: readonly string[];
  readonly values: (status: string, of: string) => Readonly<Record<string, unknown>>;
  readonly drivers: readonly Driver[];
}

const PERSON = 'warehouse:person';
const UNDECIDED = [PaymentStatus.pending, PaymentStatus.actionRequired];
const parcelTask = (of: string) => ({ kind: 'pick', orderId: of, fulfillmentId: of, merchantId: of, warehouseId: of });
const followUp = (of: string) => ({ kind: 'chase_supplier', subject: of, reason: 'supplier_silent' });

const toStatus = (status: PaymentStatus, by: string, from: readonly string[] = UNDECIDED): Driver => ({
  by,
  from,
  act: (tx, { id }) => decidePayment(tx, id, { status, ...(status === 'authorized' ? { authorized: 100 } : {}) }),
});

const task: Subject = {
  table: 'task',
  statuses: Object.values(TaskStatus),
  values: (status, of) => ({
    status,
    kind: 'attend',
    subject: of,
    reason: 'provider_back',
    claimedBy: status === 'claimed' ? PERSON : null,
    doneAt: status === 'done' || status === 'cancelled' ? new Date() : null,
  }),
  drivers: [
    { by: 'a person claims it', act: (tx, { id }) => claimTask(tx, id, PERSON) },
    { by: 'a person completes it', act: (tx, { id }) => completeTask(tx, id, PERSON, { outcome: 'resolved' }) },
    { by: 'its order is cancelled', values: parcelTask, act: (tx, { of }) => cancelTasks(tx, of) },
    { by: 'staff report the parcel packed', values: parcelTask, act: (tx, { of }) => completeTasksAsPacked(tx, of) },
    { by: 'the supplier answers', values: followUp, act: (tx, { of }) => cancelFollowUps(tx, of) },
  ],
};

const payment: Subject = {
  table: 'payment',
  statuses: Object.values(PaymentStatus),
  values: (status, of) => ({
    status,
    orderId: of,
    amount: 100,
    authorized: status === 'authorized' || status === 'settled' ? 100 : 0,
    captured: status === 'settled' ? 100 : 0,
  }),
  drivers: [
    toStatus('action_required', 'the gateway asks for the customer', [PaymentStatus.pending]),
    toStatus('authorized', 'the gateway authorizes'),
    toStatus('declined', 'the gateway declines'),
    toStatus('abandoned', 'its approval expires'),
    { by: 'another attempt pays, or the order ends', act: (tx, { of }) => abandonUnpaid(tx, of) },
    {
      by: 'all of it is captured or voided',
      // The database refuses to capture what was not authorized, or more than that.
      from: [PaymentStatus.authorized],
      act: (tx, { id }) => movePayment(tx, id, 'captured', 100),
    },
  ],
};

const replenishment: Subject = {
  table: 'replenishment',
  statuses: Object.values(ReplenishmentStatus),
  values: (status, of) => ({
    status,
    skuId: of,
    warehouseId: of,
    asked: 5,
    confirmed: status === 'confirmed' ? 5 : null,
    closedAt: status === 'received' || status === 'closed' ? new Date() : null,
  }),
  drivers: [
    {
      by: 'the supplier has the purchase order',
      act: (tx, { id }) => recordSent(tx, id, { provider: 'x', providerReference: 'x', sentBy: 'online' }),
    },
    {
      by: 'the supplier says what it sends',
      act: (tx, { id }) => recordAnswer(tx, id, { quantity: 5, expectedOn: '2026-12-01' }),
    },
    {
      by: 'the supplier sends nothing',
      act: (tx, { id }) => recordAnswer(tx, id, { quantity: 0, expectedOn: '2026-12-01' }),
    },
    {
      by: 'the goods are received',
      act: async (tx, { of }) =>
        endCompleteReplenishments(tx, await countReceipts(tx, [{ skuId: of, warehouseId: of, quantity: 5 }])),
    },
    { by: 'a person closes it', act: (tx, { id }) => closeReplenishment(tx, id, 'not_needed') },
  ],
};

const order: Subject = {
  table: 'orders',
  statuses: Object.values(OrderStatus),
  values: (status) => ({ status }),
  drivers: [
    ...Object.values(OrderStatus).map((status) => ({
      by: status,
      act: (tx: Tx, { id }: Row) => moveOrder(tx, id, { status, stage: 'pick' }),
    })),
    { by: 'a carrier has a parcel', act: (tx, { id }) => resumeOrder(tx, id) },
  ],
};

const fulfillment: Subject = {
  table: 'fulfillment',
  statuses: Object.values(FulfillmentStatus),
  values: (status) => ({ status }),
  drivers: Object.values(FulfillmentStatus).map((status) => ({
    by: status,
    act: (tx, { id }) => moveFulfillment(tx, id, status),
  })),
};

export const SUBJECTS = { task, payment, replenishment, order, fulfillment };

/** Puts a row into every status, lets everything happen to it that the books know, and reads where it stands then. */
export async function observe(subject: Subject, rows: BareRows, transactions: Transactions): Promise<Move[]> {
  const moves: Move[] = [];
  for (const from of subject.statuses) {
    for (const { by, act, values, from: allowed = subject.statuses } of subject.drivers) {
      if (!allowed.includes(from)) continue;
      const of = randomUUID();
      const id = await rows.insert(subject.table, { ...subject.values(from, of), ...values?.(of) });
      await transactions.run(SYSTEM, (tx) => act(tx, { id, of }));
      const to = await rows.statusOf(subject.table, id);
      if (to !== from) moves.push({ from, to, by });
    }
  }
  return moves;
}

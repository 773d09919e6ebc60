import type { CancellationReason } from '../../src/contracts/orders/place-order';
import type { ReleasedFulfillment } from '../../src/contracts/orders/order';
import type { Verdict } from '../../src/contracts/orders/verdict';
import { FulfillmentStatus, OrderStatus, Stage } from '../../src/contracts/statuses';
import type { AttentionReason, CarrierScan, WatchdogReason } from '../../src/contracts/statuses';
import type { NotificationChannel } from '../../src/contracts/addresses/address-findings';
import type { OrderInput } from '../messages';
import type { Wait } from '../runtime/wait';

/** Names what an order does now; `order-run.ts` lists the function of each. */
export type Phase =
  | 'rebuild'
  | 'validate'
  | 'reserve'
  | 'hold'
  | 'resume'
  | 'pay'
  | 'backorder'
  | 'release'
  | 'fulfill'
  | 'complete'
  | 'unwind'
  | 'end';

/**
 * Holds everything that a running order knows, as plain data. A run that continues as new hands it over; a run that was
 * lost gets it again from the books (`rebuild.ts`). Timers, calls, search attributes and details all follow from it.
 */
export interface OrderState {
  phase: Phase;
  status: OrderStatus;
  stage: Stage;
  /** Why it is being cancelled; null before, and again when a carrier already has a parcel. */
  cancellation: CancellationReason | null;
  readonly verdicts: VerdictState;
  readonly payment: PaymentState;
  hold: HoldState | null;
  readonly backorder: BackorderState;
  fulfillments: FulfillmentState[];
  /** Facts about fulfillments that the run does not know yet. */
  readonly factsBeforeRelease: Record<string, FulfillmentFacts>;
  readonly attention: AttentionState;
  unwinding: UnwindingState | null;
  /** Whether the bookings that the books called abandoned are voided, so that the order may complete. */
  abandonedVoided: boolean;
  readonly waits: Record<string, Wait>;
  readonly attributes: AttributeState;
}

export interface VerdictState {
  readonly decided: Record<string, Verdict>;
  /** Attempts whose verdict somebody awaits. */
  open: string[];
  /** The order's own verdict, for every attempt that is still undecided. */
  final: Verdict | null;
}

export interface PaymentState {
  /** The attempt that is tried, or waits for its customer. */
  current: string;
  /** `awaiting`: the customer must act or pay otherwise. `abandoning`: the attempt ends before the next one. */
  step: 'trying' | 'awaiting' | 'abandoning';
  /** Whether the customer must act on the current attempt. */
  actionRequired: boolean;
  /** Attempts that wait for their turn, the next one first. */
  requested: string[];
  /** Attempts that a gateway may know, in the order of their tries. */
  tried: string[];
  /** Attempts on which the customer has acted since the gateway was last asked. */
  customerActed: string[];
  /** In ms since 1970. */
  payUntil: number | null;
  windowPassed: boolean;
}

export interface HoldState {
  /** In ms since 1970. */
  readonly until: number;
  readonly begun: number;
  corrected: boolean;
  passed: boolean;
  readonly notices: NoticeState[];
}

export interface NoticeState {
  readonly channel: NotificationChannel;
  readonly queue: string;
  /** The number of the next message: 1 is the first, then one more for each reminder. Null: no more. */
  next: number | null;
  /** When it is due, in ms since 1970; 0: now. */
  due: number;
}

export interface BackorderState {
  /** The day by which all goods are expected, as an ISO date; null for an order without a backorder. */
  agreedOn: string | null;
  /** Whether the books are to be asked: at first, and when stock has filled the backorder. */
  ask: boolean;
  /** In ms since 1970; null: the books were not asked yet. */
  overdueAt: number | null;
  overdue: boolean;
}

export interface FulfillmentFacts {
  packed: boolean;
  handedOver: boolean;
  /** Scans that decide, and are not dealt with yet. */
  readonly scans: CarrierScan[];
}

export interface FulfillmentState extends FulfillmentFacts {
  readonly ref: ReleasedFulfillment;
  status: FulfillmentStatus;
  carrierCode: string | null;
  captured: boolean;
  restocked: boolean;
  /** From when on the carrier is silent for too long, in ms since 1970. */
  scanDue: number | null;
  /** How often a scan was awaited: each time has a deadline of its own. */
  scansAwaited: number;
  silent: boolean;
  exception: boolean;
  /** Bookings that were abandoned for another carrier, and are not voided yet. */
  abandoned: number[];
  /** Notes what is done of its cancellation; undefined until that begins. */
  undone?: { label: boolean; stock: boolean; money: boolean } | undefined;
}

export interface AttentionState {
  /** The order's own reason and its failing step, as the books hold them; null while that is not certain. */
  inBooks: { readonly reason: AttentionReason | null; readonly failing: FailingStep | null } | null;
  /** The watchdog's finding. */
  found: WatchdogReason | null;
  /** The open task of the person to whom the order was handed. */
  attendTask: string | null;
  /** Tasks that were done: the Signal may come before the answer of the step that opened them. */
  readonly attended: string[];
}

export interface FailingStep {
  readonly step: string;
  readonly attempts: number;
  readonly failure: string;
}

/** Names an effect that a cancellation undoes. */
export type UndoableEffect =
  | { readonly kind: 'shipment'; readonly fulfillmentId: string }
  | { readonly kind: 'booking'; readonly fulfillmentId: string; readonly n: number }
  | { readonly kind: 'payment'; readonly paymentId: string }
  | { readonly kind: 'stock' };

export interface UnwindingState {
  readonly reason: CancellationReason;
  /** The effects that are still to be undone; null until nothing of the order is under way any more. */
  left: UndoableEffect[] | null;
  /** Whether it also undid what only the books knew. */
  booksUndone: boolean;
}

/** Holds the search attributes as they were last written. */
export interface AttributeState {
  status: OrderStatus;
  stage: Stage;
  attention: AttentionReason | null;
  warehouses: readonly string[];
  carriers: readonly string[];
}

/** Builds the state of an order that has just been placed, or whose workflow was lost. */
export const newState = ({ paymentId, adopted = false }: OrderInput): OrderState => ({
  phase: adopted ? 'rebuild' : 'validate',
  status: OrderStatus.draft,
  stage: Stage.receive,
  cancellation: null,
  verdicts: { decided: {}, open: [paymentId], final: null },
  payment: {
    current: paymentId,
    step: 'trying',
    actionRequired: false,
    requested: [],
    tried: [],
    customerActed: [],
    payUntil: null,
    windowPassed: false,
  },
  hold: null,
  backorder: { agreedOn: null, ask: true, overdueAt: null, overdue: false },
  fulfillments: [],
  factsBeforeRelease: {},
  attention: { inBooks: { reason: null, failing: null }, found: null, attendTask: null, attended: [] },
  unwinding: null,
  abandonedVoided: false,
  waits: {},
  attributes: { status: OrderStatus.draft, stage: Stage.receive, attention: null, warehouses: [], carriers: [] },
});

/** Builds the state of a fulfillment that has just been released to its warehouse. */
export const newFulfillment = (ref: ReleasedFulfillment): FulfillmentState => ({
  ref,
  status: FulfillmentStatus.released,
  packed: false,
  handedOver: false,
  scans: [],
  carrierCode: null,
  captured: false,
  restocked: false,
  scanDue: null,
  scansAwaited: 0,
  silent: false,
  exception: false,
  abandoned: [],
});

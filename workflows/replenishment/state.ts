import type { PurchasePlan } from '../../activities/purchasing/replenishments';
import type { Wait } from '../runtime/wait';

/** Says how much a supplier sends, and when. */
export interface SupplierAnswer {
  readonly replenishmentId: string;
  readonly quantity: number;
  readonly expectedOn: string;
}

/** Holds everything that the run of a shelf knows, as plain data. A run that continues as new hands it over. */
export interface ReplenishmentState {
  /** Replenishments that are to follow, the next one first. */
  readonly pending: string[];
  /** Replenishments that this run has heard of. */
  readonly seen: string[];
  readonly ended: string[];
  readonly answers: Record<string, SupplierAnswer>;
  current: CurrentState | null;
  /** Whether staff cancelled the run in the Web UI. */
  cancelled: boolean;
  readonly waits: Record<string, Wait>;
}

/** Names what is done for the replenishment under way. `close`: only its end is awaited. */
export type ReplenishmentPhase = 'plan' | 'purchase' | 'answer' | 'remind' | 'receive' | 'close' | 'done';

export interface CurrentState {
  readonly id: string;
  phase: ReplenishmentPhase;
  plan: PurchasePlan | null;
  contact: ContactState | null;
  /** How many reminders were sent. */
  reminders: number;
  /** When the supplier is reminded next, or people hear of it, in ms since 1970; null: neither. */
  remindAt: number | null;
  remindDue: boolean;
  /** The answer by which goods are awaited, and whether people have heard that they do not come. */
  awaited: SupplierAnswer | null;
  overdue: boolean;
  escalated: boolean;
}

/** Holds where the attempts to reach a supplier stand. */
export interface ContactState {
  channel: 'online' | 'mail';
  /** Whether the supplier has been unavailable for too long. */
  timedOut: boolean;
  /** Whether people have a follow-up about that; `begun`: perhaps. */
  escalation: 'none' | 'begun' | 'done';
  /** The outcome, once it is known. */
  outcome: string | null;
}

/** Builds the state of a run that has heard of nothing yet. */
export const newState = (): ReplenishmentState => ({
  pending: [],
  seen: [],
  ended: [],
  answers: {},
  current: null,
  cancelled: false,
  waits: {},
});

/** Builds the state of the next replenishment of a run. */
export const newCurrent = (id: string): CurrentState => ({
  id,
  phase: 'plan',
  plan: null,
  contact: null,
  reminders: 0,
  remindAt: null,
  remindDue: false,
  awaited: null,
  overdue: false,
  escalated: false,
});

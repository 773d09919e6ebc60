/** Names what arrives while an order runs. */
export type Arrival = 'packed' | 'handedOver' | 'signed';
export interface Fact {
  /** 0: the first fulfillment; 1: the second. */
  readonly of: 0 | 1;
  readonly what: Arrival;
}

/** Describes one order to explore: its facts in their order, and what arrives while a step is under way. */
export interface Interleaving {
  readonly facts: readonly Fact[];
  /** The local activity that is held, counted from 1. */
  readonly heldStep: number;
  /** How many of the next facts arrive while it is held. */
  readonly factsDuringHold: number;
  /** Whether each of them comes with a heartbeat of its own. */
  readonly separateHeartbeats: boolean;
  /** Whether the first booking is not answered at once, and its answer arrives in the hold, too. */
  readonly patient: boolean;
  /** The Update by which staff ask something of the order in the hold. */
  readonly update: 'handToPerson' | 'cancelOrder' | null;
  /** After how many seconds a silent carrier is overdue: with a short time, timers end in the hold. */
  readonly silenceSeconds: number;
}

/** Steps of an order of two fulfillments: so many until they are released, then three for each, and its end. */
const STEPS = { untilReleased: 4, all: 11 } as const;
const PLAIN = { patient: false, update: null, silenceSeconds: 3_600 } as const;

/** Lists every sequence in which the facts of two fulfillments may arrive: each one's own keep theirs. */
export function mergesOf(left: readonly Fact[], right: readonly Fact[]): Fact[][] {
  const [a, b] = [left[0], right[0]];
  if (a === undefined) return [[...right]];
  if (b === undefined) return [[...left]];
  return [
    ...mergesOf(left.slice(1), right).map((rest) => [a, ...rest]),
    ...mergesOf(left, right.slice(1)).map((rest) => [b, ...rest]),
  ];
}

/** Lists the 20 sequences in which the lives of two fulfillments may run beside each other. */
export const allMerges = (): Fact[][] => mergesOf(lifeOf(0), lifeOf(1));

const lifeOf = (of: 0 | 1): Fact[] => (['packed', 'handedOver', 'signed'] as const).map((what) => ({ of, what }));

/**
 * Lists what may arrive at each step of an order, for each of some sequences of facts. That is one or two facts,
 * together or each with a heartbeat of its own, the answer of a provider, an Update of staff, a cancellation, and the
 * end of a timer. Before the release no facts can arrive, only Updates. `from` numbers the first sequence, so that
 * several calls together list what one would.
 */
export function interleavings(merges: readonly Fact[][], from = 0): Interleaving[] {
  const early = (from === 0 ? merges.slice(0, 1) : []).flatMap((facts) =>
    steps(1, STEPS.untilReleased).flatMap((heldStep): Interleaving[] => [
      { ...PLAIN, facts, heldStep, factsDuringHold: 0, separateHeartbeats: true, update: 'handToPerson' },
      { ...PLAIN, facts, heldStep, factsDuringHold: 0, separateHeartbeats: true, update: 'cancelOrder' },
    ]),
  );
  return [
    ...early,
    ...merges.flatMap((facts, index) =>
      steps(STEPS.untilReleased + 1, STEPS.all).flatMap((heldStep): Interleaving[] => [
        { ...PLAIN, facts, heldStep, factsDuringHold: 1, separateHeartbeats: false },
        { ...PLAIN, facts, heldStep, factsDuringHold: 2, separateHeartbeats: true },
        {
          ...PLAIN,
          facts,
          heldStep,
          factsDuringHold: 1 + ((from + index) % 2),
          separateHeartbeats: heldStep % 2 === 0,
          patient: true,
        },
        {
          ...PLAIN,
          facts,
          heldStep,
          factsDuringHold: 1,
          separateHeartbeats: heldStep % 2 === 1,
          update: 'handToPerson',
          silenceSeconds: 1,
        },
        {
          ...PLAIN,
          facts,
          heldStep,
          factsDuringHold: 0,
          separateHeartbeats: true,
          patient: (from + index) % 2 === 0,
          update: 'cancelOrder',
        },
        { ...PLAIN, facts, heldStep, factsDuringHold: 1, separateHeartbeats: true, silenceSeconds: 1 },
      ]),
    ),
  ];
}

const steps = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

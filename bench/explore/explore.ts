import { setTimeout as wait } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import { ORDER_WORKFLOW } from '../../src/contracts/temporal-names';
import type { OrderInput } from '../../workflows/messages';
import { fulfillmentsOf, ScriptedBooks, type Gate } from './scripted-books';

const QUEUE = 'explored';
/** A short workflow task makes a held local activity heartbeat within a second. */
const TASK_TIMEOUT = '1s';
const LOOK_MS = 40;
/** The worker handles what a heartbeat brought within this time. */
const HANDLED_MS = 60;
const LIMIT_MS = 120_000;

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
  readonly arriving: number;
  /** Whether each of them comes with a heartbeat of its own. */
  readonly apart: boolean;
  /** Whether the first booking is not answered at once, and its answer arrives in the hold, too. */
  readonly patient: boolean;
  /** The Update by which staff ask something of the order in the hold. */
  readonly update: 'handToPerson' | 'cancelOrder' | null;
  /** After how many seconds a silent carrier is overdue: with a short time, timers end in the hold. */
  readonly silenceSeconds: number;
}

export interface Explored {
  /** Histories of all orders, by id. */
  readonly orders: readonly string[];
  /** How many steps were under way while something else arrived with a heartbeat. */
  readonly overlapped: number;
  /** Orders that did not end, with what is known of them. */
  readonly unfinished: readonly string[];
  /** Orders whose history does not replay, with the reason. */
  readonly broken: readonly string[];
}

/** Lists every order in which the facts of two fulfillments may arrive: each one's own keep their order. */
export function mergesOf(left: readonly Fact[], right: readonly Fact[]): Fact[][] {
  const [a, b] = [left[0], right[0]];
  if (a === undefined) return [[...right]];
  if (b === undefined) return [[...left]];
  return [
    ...mergesOf(left.slice(1), right).map((rest) => [a, ...rest]),
    ...mergesOf(left, right.slice(1)).map((rest) => [b, ...rest]),
  ];
}

/** Lists the facts of one fulfillment's life. */
export const lifeOf = (of: 0 | 1): Fact[] =>
  (['packed', 'handedOver', 'signed'] as const).map((what) => ({ of, what }));

/**
 * Runs an order for each interleaving against scripted books, on a real Temporal server. Then replays all their
 * histories with the code that ran them. `atOnce` orders run at a time.
 */
export async function explore(
  {
    client,
    connection,
    workflowBundle,
  }: { client: Client; connection: NativeConnection; workflowBundle: WorkflowBundle },
  interleavings: readonly Interleaving[],
  atOnce: number,
  name: string,
): Promise<Explored> {
  const books = new ScriptedBooks();
  const worker = await Worker.create({
    connection,
    taskQueue: QUEUE,
    workflowBundle,
    activities: books.activities,
    maxCachedWorkflows: 2_000,
    maxConcurrentLocalActivityExecutions: 1_000,
    maxConcurrentActivityTaskExecutions: 1_000,
  });
  const ran: string[] = [];
  const unfinished: string[] = [];
  let overlapped = 0;
  const queue = interleavings.map((interleaving, index) => ({ interleaving, orderId: `${name}-${index}` })).reverse();
  await worker.runUntil(
    Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          ran.push(next.orderId);
          try {
            const arrived = await inTime(new ExploredOrder(client, books, next.orderId, next.interleaving).run());
            overlapped += arrived;
          } catch (error) {
            unfinished.push(`${next.orderId} ${JSON.stringify(next.interleaving)}: ${String(error)}`);
          }
        }
      }),
    ),
  );
  const broken: string[] = [];
  const histories = (async function* () {
    for (const workflowId of ran)
      yield { workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() };
  })();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error) broken.push(`${workflowId}: ${error.message}`);
  return { orders: ran, overlapped, unfinished, broken };
}

/** Rejects when an order does not end in time. */
async function inTime<T>(run: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('did not end'));
    }, LIMIT_MS);
  });
  try {
    return await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one order through its interleaving. */
class ExploredOrder {
  readonly #held: Gate;
  readonly #patient: Gate;
  #overlapped = 0;

  constructor(
    private readonly client: Client,
    books: ScriptedBooks,
    private readonly orderId: string,
    private readonly interleaving: Interleaving,
  ) {
    const { heldStep, patient } = interleaving;
    const gates = books.prepare(orderId, { heldStep, patientStep: patient ? 'bookShipment' : null });
    this.#held = gates.held;
    this.#patient = gates.patient;
  }

  /** Returns how many things arrived with a heartbeat of the held step. */
  async run(): Promise<number> {
    const { silenceSeconds } = this.interleaving;
    const input: OrderInput = {
      orderId: this.orderId,
      paymentId: `pay_${this.orderId}`,
      paymentQueue: QUEUE,
      carrierQueue: QUEUE,
      paymentWindowSeconds: 3_600,
      deliverySilenceSeconds: silenceSeconds,
      addressHold: { seconds: 3_600, reminders: [], channels: [] },
    };
    const handle = await this.client.workflow.start(ORDER_WORKFLOW, {
      workflowId: this.orderId,
      taskQueue: QUEUE,
      args: [input],
      workflowTaskTimeout: TASK_TIMEOUT,
    });
    const isHeld = { now: false };
    void this.#held.entered.then(() => {
      isHeld.now = true;
    });
    const facts = [...this.interleaving.facts];
    let wasHeld = false;
    for (;;) {
      await this.#untilStill(handle, () => isHeld.now && !wasHeld);
      if (isHeld.now && !wasHeld) {
        wasHeld = true;
        await this.#inTheHold(handle, facts);
        continue;
      }
      const fact = facts.shift();
      // A cancelled order hears of nothing more.
      if (fact === undefined || (await handle.describe()).status.name !== 'RUNNING') break;
      await this.#send(handle, fact);
    }
    // A step that was never reached holds nothing; a patient call is answered at last.
    this.#held.open();
    this.#patient.open();
    await handle.result();
    return this.#overlapped;
  }

  /** Lets things arrive while the step is held, each or all with a heartbeat, and lets the step end then. */
  async #inTheHold(handle: WorkflowHandle, facts: Fact[]): Promise<void> {
    const { arriving, apart, patient, update } = this.interleaving;
    const arrivals = facts.splice(0, arriving).map((fact) => () => this.#send(handle, fact));
    if (patient)
      arrivals.push(async () => {
        this.#patient.open();
      });
    if (update)
      arrivals.push(async () => {
        const reason = update === 'cancelOrder' ? 'operator_decision' : 'overdue';
        const request = { reason, actor: 'support:explorer' };
        await handle.startUpdate(update, { args: [request], waitForStage: 'ACCEPTED' });
      });
    if (apart) for (const arrive of arrivals) await this.#withHeartbeat(handle, [arrive]);
    else await this.#withHeartbeat(handle, arrivals);
    this.#held.open();
  }

  async #withHeartbeat(handle: WorkflowHandle, arrivals: readonly (() => Promise<void>)[]): Promise<void> {
    if (arrivals.length === 0) return;
    const before = await lengthOf(handle);
    // An Update is accepted only with the heartbeat, so nothing is awaited before that.
    const arrived = Promise.all(arrivals.map((arrive) => arrive()));
    const end = Date.now() + 2_000;
    // At least: the heartbeat ends a task, something has arrived, another task is scheduled and starts.
    while ((await lengthOf(handle)) < before + 3 + arrivals.length && Date.now() < end) await wait(LOOK_MS);
    if ((await lengthOf(handle)) >= before + 4) this.#overlapped += arrivals.length;
    await wait(HANDLED_MS);
    await arrived;
  }

  async #send(handle: WorkflowHandle, { of, what }: Fact): Promise<void> {
    const fulfillmentId = fulfillmentsOf(this.orderId)[of]?.fulfillmentId;
    if (what === 'signed') await handle.signal('carrierReported', { fulfillmentId, scan: 'signed' });
    else await handle.signal(what === 'packed' ? 'parcelPacked' : 'parcelHandedOver', { fulfillmentId });
  }

  /** Waits until no workflow task is pending, or `isHeld`. */
  async #untilStill(handle: WorkflowHandle, isHeld: () => boolean): Promise<void> {
    for (;;) {
      if (isHeld()) return;
      const { raw, status } = await handle.describe();
      if (status.name !== 'RUNNING' || !raw.pendingWorkflowTask) return;
      await wait(LOOK_MS);
    }
  }
}

const lengthOf = async (handle: WorkflowHandle): Promise<number> => (await handle.describe()).historyLength;

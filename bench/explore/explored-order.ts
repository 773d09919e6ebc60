import { setTimeout as wait } from 'node:timers/promises';
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ORDER_WORKFLOW } from '../../src/contracts/temporal-names';
import type { OrderInput } from '../../workflows/messages';
import type { Fact, Interleaving } from './interleavings';
import { fulfillmentsOf, type ScriptedBooks, type StepGate } from './scripted-books';

/** The task queue of explored orders and of their activities. */
export const QUEUE = 'explored';
/** A short workflow task makes a held local activity heartbeat soon, yet leaves a busy machine time for the first. */
const TASK_TIMEOUT = '2s';
const LOOK_MS = 40;
/** The worker handles what a heartbeat brought within this time. */
const HANDLED_MS = 60;
/** Is longer than any Update waits for a heartbeat. */
const UPDATE_LIMIT_MS = 15_000;

/** Runs one order through its interleaving. */
export class ExploredOrder {
  readonly #held: StepGate;
  readonly #patient: StepGate;
  #overlapped = 0;
  #unanswered = 0;

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

  /** Lets every held step end, so that the worker can stop. */
  release(): void {
    this.#held.open();
    this.#patient.open();
  }

  /** Returns how many things arrived with a heartbeat of the held step, and how many Updates got no answer. */
  async run(): Promise<{ readonly overlapped: number; readonly unanswered: number }> {
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
    this.release();
    await handle.result();
    return { overlapped: this.#overlapped, unanswered: this.#unanswered };
  }

  /** Lets things arrive while the step is held, each or all with a heartbeat, and lets the step end then. */
  async #inTheHold(handle: WorkflowHandle, facts: Fact[]): Promise<void> {
    const { factsDuringHold: arriving, separateHeartbeats: apart, patient, update } = this.interleaving;
    const arrivals = facts.splice(0, arriving).map((fact) => () => this.#send(handle, fact));
    if (patient)
      arrivals.push(async () => {
        this.#patient.open();
      });
    if (update)
      arrivals.push(async () => {
        const reason = update === 'cancelOrder' ? 'operator_decision' : 'overdue';
        await this.#update(handle, update, { reason, actor: 'support:explorer' });
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

  /**
   * Sends an Update and waits until the order takes it. One that the server sent with a workflow task that timed out is
   * neither accepted nor refused: it counts as not arrived.
   */
  async #update(handle: WorkflowHandle, update: string, request: object): Promise<void> {
    try {
      await this.client.withDeadline(Date.now() + UPDATE_LIMIT_MS, () =>
        handle.startUpdate(update, { args: [request], waitForStage: 'ACCEPTED' }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
      this.#unanswered += 1;
    }
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

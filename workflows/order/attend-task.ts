import type { ByActor, HandToPerson, InterventionVerdict } from '../../src/contracts/interventions/interventions';
import { AttentionReason } from '../../src/contracts/statuses';
import { books } from '../runtime/call-activities';
import type { Attention } from './attention';

/** Hands an order to a person: opens the task, and raises attention until it is done. */
export class AttendTask {
  /** The task that is open now. */
  #open: string | undefined;
  readonly #done = new Set<string>();

  constructor(
    private readonly orderId: string,
    private readonly attention: Attention,
  ) {}

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  async open(request: ByActor<HandToPerson>, requestId: string): Promise<InterventionVerdict> {
    const { taskId, opened } = await books.openAttendTask({ ...request, orderId: this.orderId, request: requestId });
    if (!opened) return { outcome: 'refused', code: 'already_attended' };
    if (!this.#done.has(taskId)) {
      this.#open = taskId;
      await this.attention.raise(AttentionReason.handedToPerson);
    }
    return { outcome: 'handed', taskId };
  }

  /** Notes that the task is done; the Signal may come before the answer of the step that opened it. */
  async done(taskId: string): Promise<void> {
    this.#done.add(taskId);
    if (this.#open !== taskId) return;
    this.#open = undefined;
    await this.attention.clear(AttentionReason.handedToPerson);
  }
}

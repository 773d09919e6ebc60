import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { problem, type Answer } from './server';

/** Names the ways in which a call can fail. Except for `slow`, the caller gets no usable answer. */
export const FaultMode = {
  /** Answers 503 and executes nothing. */
  down: 'down',
  /** Executes the call and answers, after `delayMs`. */
  slow: 'slow',
  /** Executes the call and never answers: the socket is destroyed after `delayMs`. */
  executeThenTimeout: 'execute_then_timeout',
  /** Answers 500 and executes nothing. */
  errorBefore: 'error_before',
  /** Executes the call and answers 500. */
  errorAfter: 'error_after',
} as const;
export type FaultMode = (typeof FaultMode)[keyof typeof FaultMode];

const DEFAULT_DELAY_MS: Partial<Record<FaultMode, number>> = { slow: 3_000, execute_then_timeout: 15_000 };

export interface Fault {
  readonly mode: FaultMode;
  readonly delayMs?: number | undefined;
}

/** Makes calls fail on demand: each fault for a number of calls, the oldest fault first. */
export class Faults<Operation extends string> {
  private active: (Fault & { readonly operation?: Operation | undefined; times: number })[] = [];
  private readonly closing = new AbortController();

  constructor(private readonly operations: readonly [Operation, ...Operation[]]) {
    // Every waiting call adds a listener, and any number of calls may wait.
    setMaxListeners(0, this.closing.signal);
  }

  /** Adds the routes under /sandbox/faults. Waiting calls end when the server closes. */
  register(scope: FastifyInstance): void {
    const Body = z.strictObject({
      mode: z.enum(Object.values(FaultMode) as [FaultMode, ...FaultMode[]]),
      times: z.int().min(1).default(1),
      operation: z.enum(this.operations).optional(),
      delayMs: z.int().min(0).max(600_000).optional(),
    });
    scope.get('/sandbox/faults', () => ({ faults: this.active }));
    scope.post('/sandbox/faults', (request) => {
      this.active.push(Body.parse(request.body));
      return { faults: this.active };
    });
    scope.delete('/sandbox/faults', () => {
      this.active = [];
      return { faults: this.active };
    });
    scope.addHook('preClose', (done) => {
      this.closing.abort();
      done();
    });
  }

  /** Executes a call and sends its answer, unless a fault prevents it. `execute` runs at most once. */
  async run(operation: Operation, reply: FastifyReply, execute: () => Answer, magic?: Fault): Promise<FastifyReply> {
    const fault = this.take(operation) ?? magic;
    const delayMs = fault?.delayMs ?? (fault && DEFAULT_DELAY_MS[fault.mode]) ?? 0;
    if (fault?.mode === FaultMode.down) return send(reply, problem(503, 'unavailable'));
    if (fault?.mode === FaultMode.errorBefore) return send(reply, problem(500, 'internal'));
    if (fault?.mode === FaultMode.slow && !(await this.pause(delayMs))) return send(reply, problem(503, 'unavailable'));
    const answer = execute();
    if (fault?.mode === FaultMode.errorAfter) return send(reply, problem(500, 'internal'));
    if (fault?.mode === FaultMode.executeThenTimeout) return this.hangUp(reply, delayMs);
    return send(reply, answer);
  }

  /** Returns the fault of the next call of an operation that is not HTTP, and counts the call. */
  next(operation: Operation): FaultMode | undefined {
    return this.take(operation)?.mode;
  }

  private take(operation: Operation): Fault | undefined {
    const fault = this.active.find((one) => one.operation === undefined || one.operation === operation);
    if (fault && --fault.times === 0) this.active = this.active.filter((one) => one !== fault);
    return fault;
  }

  private async hangUp(reply: FastifyReply, delayMs: number): Promise<FastifyReply> {
    reply.hijack();
    await this.pause(delayMs);
    reply.raw.destroy();
    return reply;
  }

  /** Waits; resolves with false when the server closes meanwhile. */
  private pause(delayMs: number): Promise<boolean> {
    const { signal } = this.closing;
    return wait(delayMs, true, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return false;
    });
  }
}

const send = (reply: FastifyReply, answer: Answer): FastifyReply => reply.code(answer.status).send(answer.body);

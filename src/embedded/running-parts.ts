import type { PartContext, PartName } from './parts';
import { startPart } from './start-part';
import { type Child, describeExit, tailOfLog } from './child-process';

/** Reports the progress of a start or a stop to a person who waits. */
export type Step =
  | { readonly kind: 'begun'; readonly title: string }
  | { readonly kind: 'done'; readonly title: string; readonly ms: number }
  | { readonly kind: 'failed'; readonly title: string; readonly ms: number }
  | { readonly kind: 'note'; readonly title: string };

export interface Listeners {
  readonly onStep?: ((step: Step) => void) | undefined;
  /** Called when a part ends unexpectedly, with a message that ends with the last lines of its log. */
  readonly onLost?: ((part: PartName, message: string) => void) | undefined;
}

const TITLES: Readonly<Record<PartName, string>> = {
  postgres: 'PostgreSQL',
  temporal: 'Temporal',
  gateway: 'Sandbox payment gateway',
  carrier: 'Sandbox carrier',
  supplier: 'Sandbox supplier',
  notifier: 'Sandbox mail and SMS',
  worker: 'Worker',
  api: 'API',
};

/** Runs a piece of work and reports its beginning, and its end with the time it took. */
export async function timed<T>(title: string, onStep: Listeners['onStep'], work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  onStep?.({ kind: 'begun', title });
  try {
    const result = await work();
    onStep?.({ kind: 'done', title, ms: Date.now() - began });
    return result;
  } catch (error) {
    onStep?.({ kind: 'failed', title, ms: Date.now() - began });
    throw error;
  }
}

/** Keeps the running parts of one stack, in the order of their start. */
export class RunningParts {
  readonly #children = new Map<PartName, Child>();
  readonly #listeners: Listeners;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  /** Starts or restarts a part, and resolves once it is ready. */
  async start(part: PartName, context: PartContext): Promise<void> {
    const child = await timed(TITLES[part], this.#listeners.onStep, () => startPart(part, context));
    this.#children.set(part, child);
    void child.exited.then((exit) => {
      if (child.endedUnexpectedly())
        this.#listeners.onLost?.(
          part,
          `${TITLES[part]} ended unexpectedly (${describeExit(exit)}).\n${tailOfLog(child.logFile)}`,
        );
    });
  }

  /** Returns the process of a part; throws when this stack does not run it. */
  get(part: PartName): Child {
    const child = this.#children.get(part);
    if (child === undefined) throw new Error(`${TITLES[part]} is not run by this stack.`);
    return child;
  }

  /** Stops every part, the last started first, and resolves when all are gone. */
  async stop(): Promise<void> {
    for (const [part, child] of [...this.#children].reverse()) {
      await timed(`${TITLES[part]}: stopping`, this.#listeners.onStep, () => child.stop());
      this.#children.delete(part);
    }
  }
}

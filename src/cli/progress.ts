import type { Step } from '../embedded/running-parts';

const NOTICE_EVERY_MS = 5_000;
const WIDTH = 34;

/** Prints steps on stderr as they come, and every 5 s those that still run. */
export class Progress {
  readonly #underWay = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => {
      this.#notice();
    }, NOTICE_EVERY_MS);
    this.#timer.unref();
  }

  /** Prints one step. May be passed as a function. */
  readonly show = (step: Step): void => {
    if (step.kind === 'begun') this.#underWay.set(step.title, Date.now());
    if (step.kind === 'done' || step.kind === 'failed') {
      this.#underWay.delete(step.title);
      print(`  ${step.kind === 'done' ? '✓' : '✗'} ${step.title.padEnd(WIDTH)} ${(step.ms / 1000).toFixed(1)} s`);
    }
    if (step.kind === 'note') print(`    ${step.title}`);
  };

  /** Ends the notices. */
  close(): void {
    clearInterval(this.#timer);
  }

  #notice(): void {
    for (const [title, began] of this.#underWay)
      print(`  … ${title.padEnd(WIDTH)} ${Math.round((Date.now() - began) / 1000)} s so far`);
  }
}

const print = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

import { Presets, SingleBar } from 'cli-progress';

/** Shows on stderr how many orders are done. On a terminal it is a bar, else a line each tenth of the way. */
export class ReplayBar {
  readonly #bar: SingleBar | undefined;
  readonly #began = Date.now();
  #done = 0;

  constructor(private readonly total: number) {
    if (!process.stderr.isTTY) return;
    this.#bar = new SingleBar(
      { stream: process.stderr, format: '  {bar} {value}/{total} orders, {eta_formatted} left', hideCursor: true },
      Presets.shades_classic,
    );
    this.#bar.start(total, 0);
  }

  /** Counts one more order. */
  advance(): void {
    this.#done += 1;
    if (this.#bar) this.#bar.increment();
    else if (this.#done % Math.max(1, Math.round(this.total / 10)) === 0 || this.#done === this.total) {
      process.stderr.write(
        `  ${this.#done}/${this.total} orders, ${((Date.now() - this.#began) / 1000).toFixed(0)} s\n`,
      );
    }
  }

  close(): void {
    this.#bar?.stop();
  }
}

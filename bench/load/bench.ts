import type { Client } from '@temporalio/client';
import { timed, type Step } from '../../src/embedded/running-parts';
import type { BenchStack } from './bench-stack';
import { Faults } from './faults';
import type { Running } from './loops';
import { OrderLife } from './order-life';
import type { Pids } from './processes';
import { Wire } from './wire';

const NOTE_EVERY_MS = 5_000;

/** Describes the options of a run. */
export interface Plan {
  /** Orders that are measured at each concurrency, split into three windows. */
  readonly orders: number;
  readonly concurrencies: readonly number[];
  readonly server: 'embedded' | 'postgres';
}

/** Keeps the clients, processes and counters with which every figure is measured. */
export class Bench {
  readonly faults = new Faults();
  readonly storefront: Wire;
  readonly life: OrderLife;
  readonly temporal: Client;
  readonly temporalAddress: string;
  readonly pids: Pids;
  readonly #wires: readonly Wire[];

  constructor(
    { stack, mall, temporal, pids }: BenchStack,
    readonly plan: Plan,
    readonly signal: AbortSignal,
    private readonly onStep: (step: Step) => void,
  ) {
    const wire = (url: string, key: string) => new Wire(url, key, this.faults, signal);
    this.storefront = wire(stack.urls.api, mall.storefrontKey);
    const wires = {
      storefront: this.storefront,
      staff: wire(stack.urls.api, mall.warehouseKey),
      drivers: wire(stack.urls.carrier, stack.settings.CARRIER_API_KEY),
    };
    this.#wires = Object.values(wires);
    this.life = new OrderLife(wires, mall, this.faults, signal);
    this.temporal = temporal;
    this.temporalAddress = stack.urls.temporal;
    this.pids = pids;
  }

  /** Measures one figure and reports the progress every five seconds. */
  measure<T>(title: string, work: (running: Running) => Promise<T>): Promise<T> {
    let reportedAt = Date.now();
    const reportProgress = (done: number, of: number) => {
      if (Date.now() - reportedAt < NOTE_EVERY_MS) return;
      reportedAt = Date.now();
      this.onStep({ kind: 'note', title: `${title}: ${done} of ${of}` });
    };
    return timed(title, this.onStep, () =>
      work({ faults: this.faults, signal: this.signal, onProgress: reportProgress }),
    );
  }

  close(): void {
    for (const wire of this.#wires) wire.close();
  }
}

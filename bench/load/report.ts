import type { Faults } from './faults';
import type { HistoryCost } from './history-cost';
import type { Memory, ProcessorTime } from './processes';
import type { Latency, Spread } from './statistics';

/** Complete orders at one concurrency. */
export interface Level {
  readonly concurrency: number;
  readonly acceptedPerSecond: Spread;
  readonly completedPerSecond: Spread;
  readonly post: Latency;
  /** Processor ms per completed order by process; undefined where it cannot be measured. */
  readonly processorMs: ProcessorTime | undefined;
}

export interface LatencyAtRate extends Latency { readonly perSecond: number }

/** Everything one run measured. Times in ms, sizes in bytes. */
export interface Report {
  readonly machine: { readonly processors: number; readonly memoryBytes: number; readonly platform: string; readonly node: string; readonly loadBefore: number };
  readonly server: string;
  readonly takenAt: string;
  readonly seconds: number;
  readonly orders: { readonly levels: readonly Level[]; readonly best: number };
  readonly post: { readonly unloaded: Latency; readonly halfLoad: LatencyAtRate };
  readonly history: { readonly oneParcel: HistoryCost; readonly oneParcelUnderLoad: HistoryCost; readonly twoParcels: HistoryCost; readonly perFurtherParcel: HistoryCost };
  readonly bare: { readonly concurrency: number; readonly perSecond: Spread; readonly processorMs: ProcessorTime | undefined };
  /** How many bare workflows one order costs in processor time; undefined where it cannot be measured. */
  readonly bareWorkflowsPerOrder: number | undefined;
  readonly reads: { readonly concurrency: number; readonly perSecond: Spread; readonly halfLoad: LatencyAtRate; readonly processorMs: ProcessorTime | undefined };
  readonly memory: { readonly worker: Memory | undefined; readonly api: Memory | undefined };
  readonly faults: ReturnType<Faults['list']>;
  /** Requests that were answered 429 or 503 with Retry-After, and sent again. */
  readonly putOff: number;
}

import type { PeerReport } from '../peer/peer-report';
import type { Faults } from './faults';
import type { HistoryCost } from './history-cost';
import type { Level } from './level';
import type { Memory, ProcessorTime } from './processes';
import type { Latency, Spread } from './statistics';

export interface LatencyAtRate extends Latency {
  readonly perSecond: number;
}

/** Describes every figure of a run. Times in ms, sizes in bytes. */
export interface Report {
  readonly machine: {
    readonly processors: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
    readonly loadBefore: number;
  };
  readonly server: string;
  readonly takenAt: string;
  readonly seconds: number;
  readonly orders: { readonly levels: readonly Level[]; readonly best: number };
  readonly post: { readonly unloaded: Latency; readonly halfLoad: LatencyAtRate };
  readonly history: {
    readonly oneParcel: HistoryCost;
    readonly oneParcelUnderLoad: HistoryCost;
    readonly twoParcels: HistoryCost;
    readonly perFurtherParcel: HistoryCost;
  };
  readonly bare: {
    readonly concurrency: number;
    readonly perSecond: Spread;
    readonly processorMs: ProcessorTime | undefined;
  };
  /** The processor time of an order divided by that of a bare workflow; undefined when it cannot be measured. */
  readonly bareWorkflowsPerOrder: number | undefined;
  readonly reads: {
    readonly concurrency: number;
    readonly perSecond: Spread;
    readonly halfLoad: LatencyAtRate;
    readonly processorMs: ProcessorTime | undefined;
  };
  readonly memory: { readonly worker: Memory | undefined; readonly api: Memory | undefined };
  /** The number of histories that were replayed at the end; those that do not replay are among the faults. */
  readonly replayed: number;
  /** The field's reference application, if requested. */
  readonly peer?: PeerReport;
  readonly faults: ReturnType<Faults['list']>;
  /** The number of requests that were answered 429 or 503 with Retry-After and sent again. */
  readonly putOff: number;
}

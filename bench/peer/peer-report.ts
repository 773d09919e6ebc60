import type { HistoryCost } from '../load/history-cost';
import { serviceTotal } from '../load/processes';
import type { Level } from '../load/level';
import type { Latency } from '../load/statistics';

/** Describes our figures divided by the peer's, each at its own best level. */
export interface Ratio {
  readonly completedPerSecond: number;
  /** Per order; undefined when it cannot be measured. */
  readonly processorTime: number | undefined;
}

/** Describes the peer's figures of the same run. */
export interface PeerReport {
  readonly name: string;
  readonly version: string;
  readonly orders: { readonly levels: readonly Level[]; readonly best: number };
  readonly postUnloaded: Latency;
  /** The sums over all workflows of an order. */
  readonly history: { readonly workflows: number; readonly unloaded: HistoryCost; readonly underLoad: HistoryCost };
  readonly oursToPeer: Ratio;
}

/** Compares our best level with the peer's. */
export function ratioOf(ours: Level, peer: Level): Ratio {
  return {
    completedPerSecond: ours.completedPerSecond.median / peer.completedPerSecond.median,
    processorTime:
      ours.processorMs && peer.processorMs && serviceTotal(ours.processorMs) / serviceTotal(peer.processorMs),
  };
}

import type { ProcessorTime } from './processes';
import type { Latency, Spread } from './statistics';

/** Describes the figures of complete orders at one concurrency. */
export interface Level {
  readonly concurrency: number;
  readonly acceptedPerSecond: Spread;
  readonly completedPerSecond: Spread;
  readonly post: Latency;
  /** Processor ms per completed order by process; undefined where it cannot be measured. */
  readonly processorMs: ProcessorTime | undefined;
}

import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { tracing } from './runtime/tracing';
import { oneAtATime } from './runtime/one-at-a-time';

/** Lists the interceptors of every workflow, which the bundle is built with. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const all = [tracing(), oneAtATime()];
  return {
    inbound: all.flatMap(({ inbound }) => inbound ?? []),
    outbound: all.flatMap(({ outbound }) => outbound ?? []),
  };
};

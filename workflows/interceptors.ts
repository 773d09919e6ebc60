import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { tracing } from './runtime/tracing';
import { oneAtATime } from './runtime/one-at-a-time';

/** What stands between every workflow and the SDK; the bundle is built with it. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const all = [tracing(), oneAtATime()];
  return {
    inbound: all.flatMap(({ inbound }) => inbound ?? []),
    outbound: all.flatMap(({ outbound }) => outbound ?? []),
  };
};

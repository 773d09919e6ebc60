import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { tracing } from './runtime/tracing';

/** Lists the interceptors of every workflow, which the bundle is built with. */
export const interceptors: WorkflowInterceptorsFactory = tracing;

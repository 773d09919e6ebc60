import { msToTs } from '@temporalio/common/lib/time';
import { isNotReadyYet, withConnection } from '../../src/embedded/temporal/temporal-server';

const RETENTION = '1 day';
/** gRPC: ALREADY_EXISTS. */
const ALREADY_EXISTS = 6;

/** Registers a namespace unless it exists; returns false while the server is not ready yet. */
export async function registerNamespace(address: string, namespace: string): Promise<boolean> {
  try {
    await withConnection(address, ({ workflowService }) =>
      workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) }),
    );
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === ALREADY_EXISTS) return true;
    if (isNotReadyYet(error)) return false;
    throw error;
  }
}

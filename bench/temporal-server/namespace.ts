import { msToTs } from '@temporalio/common/lib/time';
import { isNotYet, withConnection } from '../../src/embedded/temporal/temporal-server';

const RETENTION = '1 day';
/** gRPC: ALREADY_EXISTS. */
const ALREADY_EXISTS = 6;

/**
 * Registers a namespace; answers false while the server does not serve yet. One that is there already is left as it is.
 */
export async function registerNamespace(address: string, namespace: string): Promise<boolean> {
  try {
    await withConnection(address, ({ workflowService }) =>
      workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) }),
    );
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === ALREADY_EXISTS) return true;
    if (isNotYet(error)) return false;
    throw error;
  }
}

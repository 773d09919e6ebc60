import { NativeConnection, Worker } from '@temporalio/worker';

/**
 * Runs a worker for the bare workflow: `node bare-worker.main.js <address> <namespace> <task queue>`. Sends `ready` to
 * its parent process; ends on SIGTERM.
 */
async function main([address, namespace, taskQueue]: readonly string[]): Promise<void> {
  if (address === undefined || namespace === undefined || taskQueue === undefined)
    throw new Error('An address, a namespace and a task queue are needed.');
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowsPath: require.resolve('./bare.workflow'),
    // The same limits as for orders in src/worker.ts.
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows: 500,
  });
  const running = worker.run();
  process.send?.('ready');
  await running;
  await connection.close();
  process.disconnect();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

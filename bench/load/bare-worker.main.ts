import { NativeConnection, Worker } from '@temporalio/worker';

/**
 * Serves the bare workflow: `node bare-worker.main.js <address> <namespace> <task queue>`. Says `ready` to its parent;
 * ends on SIGTERM.
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
    // As src/worker.ts has them for orders.
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

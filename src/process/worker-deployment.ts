import type { WorkerOptions } from '@temporalio/worker';

/**
 * Builds the options that assign a worker to a version of a Worker Deployment; none without a name. The worker gets
 * tasks once its version is current or ramping. Orders live for weeks, so each moves to the current version at its next
 * task.
 */
export const deploymentOf = (
  deploymentName: string | undefined,
  buildId: string | undefined,
): Pick<WorkerOptions, 'workerDeploymentOptions'> =>
  deploymentName === undefined || buildId === undefined
    ? {}
    : {
        workerDeploymentOptions: {
          useWorkerVersioning: true,
          version: { deploymentName, buildId },
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      };

import type { WorkerOptions } from '@temporalio/worker';

/**
 * Makes a worker part of a version of a Worker Deployment: it gets tasks once that version is made current, or ramped
 * to. Orders live for weeks, so they move on to the version that is current at their next task. Without a name, not
 * versioned.
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

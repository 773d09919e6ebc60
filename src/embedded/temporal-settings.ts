import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How to reach a namespace of a Temporal server. */
export interface TemporalSettings {
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
}

/**
 * Returns whether an environment names the Temporal server to read. It does by its address, or by a file of settings
 * where no stack runs: a stack that runs clears such a file for its own parts.
 */
export const namesTemporal = (env: NodeJS.ProcessEnv, isStackRunning: boolean): boolean =>
  Boolean(env.TEMPORAL_ADDRESS) || (Boolean(env.TEMPORAL_CONFIG_FILE) && !isStackRunning);

/** Reads the standard settings of Temporal's clients from an environment, and from the file that it may name. */
export function readTemporalSettings(env: NodeJS.ProcessEnv): TemporalSettings {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars });
  return { connectionOptions, namespace };
}

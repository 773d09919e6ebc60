import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How to reach a namespace of a Temporal server. */
export interface TemporalSettings {
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
}

/** Returns whether an environment names a Temporal server, by its address or by a file of settings. */
export const namesTemporal = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.TEMPORAL_ADDRESS) || Boolean(env.TEMPORAL_CONFIG_FILE);

/** Reads the standard settings of Temporal's clients from an environment, and from the file that it may name. */
export function readTemporalSettings(env: NodeJS.ProcessEnv): TemporalSettings {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars });
  return { connectionOptions, namespace };
}

import { join } from 'node:path';
import { packageRoot } from '../../src/embedded/paths';

const HOST = '127.0.0.1';
/** Is enough for one machine; more shards were slower. */
const HISTORY_SHARDS = 4;
const CONNECTIONS = { history: 20, visibility: 10 } as const;

export const DATABASES = { history: 'temporal', visibility: 'temporal_visibility' } as const;
const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;
/** Counts the ports on which the services listen for each other. */
export const RING_PORTS = SERVICES.length;
/** Counts the ports on which the services are called, besides that of the frontend. */
export const INNER_PORTS = SERVICES.length - 1;

/** Builds the server's configuration as JSON (which is YAML): four services in one process, on PostgreSQL. */
export function serverConfiguration(
  port: number,
  innerPorts: readonly number[],
  ringPorts: readonly number[],
  maintenanceUrl: string,
): string {
  const { hostname, port: databasePort, username, password } = new URL(maintenanceUrl);
  const store = (databaseName: string, connections: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `${hostname}:${databasePort}`,
      connectProtocol: 'tcp',
      user: username,
      password: decodeURIComponent(password),
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const ports = [port, ...innerPorts];
  return JSON.stringify({
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'history',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: {
        history: store(DATABASES.history, CONNECTIONS.history),
        visibility: store(DATABASES.visibility, CONNECTIONS.visibility),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: Object.fromEntries(
      SERVICES.map((name, index) => [
        name,
        { rpc: { grpcPort: ports[index], membershipPort: ringPorts[index], bindOnIP: HOST } },
      ]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `${HOST}:${port}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: {
      filepath: join(packageRoot(), 'deploy', 'temporal', 'dynamic-config.yaml'),
      pollInterval: '60s',
    },
  });
}

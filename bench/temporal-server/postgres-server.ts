import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDatabase } from '../../src/embedded/postgres/databases';
import type { TemporalServerOptions, TemporalServer } from '../../src/embedded/parts';
import { freePorts, freePortsFrom } from '../../src/embedded/ports';
import { type Child, startChild } from '../../src/embedded/child-process';
import {
  knowsNamespace,
  missingSearchAttributes,
  NAMESPACE,
  prepareNamespace,
} from '../../src/embedded/temporal/temporal-server';
import { untilFact } from '../soak/until-fact';
import { DATABASES, INNER_PORTS, RING_PORTS, serverConfiguration } from './configuration';
import { registerNamespace } from './namespace';
import type { ServerPrograms } from './programs';

const START_TIMEOUT_MS = 60_000;
const SCHEMA_TIMEOUT_MS = 60_000;
/** Bounds the ring's ports: the server stores them as signed 16 bits, and the system itself uses the higher ones. */
const RING_FROM = { least: 20_000, most: 32_000 } as const;
const ringPort = () => randomInt(RING_FROM.least, RING_FROM.most);
const SCHEMAS = {
  [DATABASES.history]: 'postgresql/v12/temporal',
  [DATABASES.visibility]: 'postgresql/v12/visibility',
} as const;

/**
 * Returns a function that starts Temporal's production server. All services run in one process, both databases on the
 * stack's own PostgreSQL, with fairness, our namespace and our search attributes. Databases of an earlier start are
 * used as they are.
 */
export function postgresServer({ server, sqlTool }: ServerPrograms): TemporalServer {
  return async (place) => {
    for (const [database, schema] of Object.entries(SCHEMAS)) {
      await ensureDatabase(place.maintenanceUrl, database);
      await updateSchema(sqlTool, place, database, schema);
    }
    const address = `127.0.0.1:${place.port}`;
    const configFile = join(place.cwd, 'temporal-server.json');
    writeFileSync(
      configFile,
      serverConfiguration(
        place.port,
        await freePorts(INNER_PORTS),
        await freePortsFrom(ringPort(), RING_PORTS),
        place.maintenanceUrl,
      ),
      { mode: 0o600 },
    );
    const child = await startChild(
      {
        name: 'Temporal',
        command: server,
        args: ['--config-file', configFile, '--allow-no-auth', 'start'],
        env: process.env,
        cwd: place.cwd,
        stopTimeoutMs: 30_000,
        signal: place.signal,
        logFile: place.logFile,
        pidFile: place.pidFile,
      },
      () => registerNamespace(address, NAMESPACE),
      START_TIMEOUT_MS,
    );
    return prepared(child, address);
  };
}

async function updateSchema(
  sqlTool: string,
  place: TemporalServerOptions,
  database: string,
  schema: string,
): Promise<void> {
  const { hostname, port, username, password } = new URL(place.maintenanceUrl);
  const env = { ...process.env, SQL_PASSWORD: decodeURIComponent(password) };
  const connect = [
    '--plugin',
    'postgres12',
    '--endpoint',
    hostname,
    '--port',
    port,
    '--user',
    username,
    '--database',
    database,
  ];
  for (const step of [
    ['setup-schema', '--version', '0.0'],
    ['update-schema', '--schema-name', schema],
  ]) {
    await promisify(execFile)(sqlTool, [...connect, ...step], {
      env,
      timeout: SCHEMA_TIMEOUT_MS,
      ...(place.signal && { signal: place.signal }),
    });
  }
}

/** Waits until every service knows the namespace, and then its search attributes. */
async function prepared(child: Child, address: string): Promise<Child> {
  try {
    await untilFact('the namespace is known', () => knowsNamespace(address), START_TIMEOUT_MS);
    await prepareNamespace(address);
    await untilFact(
      'the search attributes are known',
      async () => (await missingSearchAttributes(address)).length === 0,
      START_TIMEOUT_MS,
    );
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

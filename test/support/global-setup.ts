import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '../../src/books/migrations';
import { APP_ROLE, ensureDatabase, setAppRolePassword } from '../../src/embedded/postgres/databases';
import { lockHolder } from '../../src/embedded/lock';
import { endOrphans } from '../../src/embedded/orphans';
import { packageRoot, type StatePaths, statePaths } from '../../src/embedded/paths';
import { freePorts } from '../../src/embedded/ports';
import { ownerUrlOf, postgresUrl, startPostgres } from '../../src/embedded/postgres/postgres-server';
import { identify } from '../../src/embedded/process-identity';
import { removeStateFolder, takeStateFolder } from '../../src/embedded/state-folder';
import { readMarker } from '../../src/embedded/state-marker';
import { obtainTemporalBinary } from '../../src/embedded/temporal/temporal-binary';
import { TEMPLATE_DATABASE } from './database';
import { keepForTeardown } from './start-test-stack';
import { STACK_FOLDER_PREFIX } from './stack';

const FOLDER_PREFIX = 'mallflow-test-';
const PASSWORD = 'test';

/**
 * Starts one PostgreSQL for all suites, migrates the database that each suite copies, finds the Temporal binary, and
 * passes their addresses to the test processes through the environment.
 */
export default async function globalSetup(): Promise<void> {
  await removeLeftovers();
  process.env.TEMPORAL_CLI_PATH = await obtainTemporalBinary({
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });

  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  // PostgreSQL may run as an account of its own, which has to get in.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'run'));
  const [port = 0] = await freePorts(1);
  const options = {
    dataDir: join(folder, 'postgres'),
    port,
    ownerPassword: PASSWORD,
    durable: false,
    logFile: join(folder, 'postgres.log'),
    pidFile: join(folder, 'run', 'postgres.pid'),
  };
  const postgres = await startPostgres(options);
  keepForTeardown({ postgres, folder });

  const templateUrl = ownerUrlOf(options, TEMPLATE_DATABASE);
  await ensureDatabase(ownerUrlOf(options, 'postgres'), TEMPLATE_DATABASE);
  await applyMigrations(templateUrl, join(packageRoot(), 'prisma', 'migrations'));
  await setAppRolePassword(templateUrl, PASSWORD);
  process.env.TEST_DATABASE_OWNER_URL = ownerUrlOf(options, 'postgres');
  process.env.TEST_DATABASE_APP_URL = postgresUrl(APP_ROLE, PASSWORD, port, 'postgres');
}

/** Ends the servers and removes the folders of test runs that were killed before they could do so themselves. */
async function removeLeftovers(): Promise<void> {
  const names = readdirSync(tmpdir());
  for (const name of names.filter((entry) => entry.startsWith(FOLDER_PREFIX))) {
    const pid = Number(name.slice(FOLDER_PREFIX.length).split('-')[0]);
    const folder = join(tmpdir(), name);
    if (identify(pid) !== null) continue;
    if (existsSync(join(folder, 'run'))) await endOrphans(join(folder, 'run'));
    rmSync(folder, { recursive: true, force: true });
  }
  for (const name of names.filter((entry) => entry.startsWith(STACK_FOLDER_PREFIX))) {
    const paths = statePaths(join(tmpdir(), name));
    if (existsSync(paths.lock) && lockHolder(paths.lock) === null) await removeLeftStack(paths);
  }
}

async function removeLeftStack(paths: StatePaths): Promise<void> {
  try {
    // One without a marker is of an earlier release, and is adopted as a start would.
    if (readMarker(paths) === null) takeStateFolder(paths)();
    await removeStateFolder(paths);
  } catch (error) {
    // A folder that holds other things too needs a person; it disturbs no test.
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`A folder of an earlier test run stays: ${reason}\n`);
  }
}

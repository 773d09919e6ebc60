import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from '../../src/embedded/lock';
import { statePaths } from '../../src/embedded/paths';
import { ephemeralPorts, type Ports } from '../../src/embedded/ports';
import { postgresAccount } from '../../src/embedded/postgres/postgres-binaries';
import { removePostgresData, choosePostgresHome } from '../../src/embedded/postgres/postgres-home';
import { ensureSettings } from '../../src/embedded/settings';
import { startStack } from '../../src/embedded/stack';
import { removeStateFolder, takeStateFolder } from '../../src/embedded/state-folder';

let folder: string;
let ports: Ports;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  ports = await ephemeralPorts();
});
afterEach(() => {
  spawnSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
});

const start = () => startStack({ stateFolder: join(folder, 'state'), ports, durable: false });

test('a port in use stops the start with one sentence about it, and nothing is started', async () => {
  const occupant = await occupy(ports.gateway);
  await expect(start()).rejects.toThrow(
    `Port ${ports.gateway}, wanted by the sandbox payment gateway, is in use by another program: ` +
      'end that program, or choose another port with --gateway-port or MALLFLOW_GATEWAY_PORT.',
  );
  occupant.close();
  expect(readdirSync(join(folder, 'state', 'run'))).toEqual([]);
  expect(existsSync(join(folder, 'state', 'postgres'))).toBe(false);
  expect(existsSync(join(folder, 'state', 'stack.lock'))).toBe(false);
});

test('a state folder that cannot be written to is named', async () => {
  // A file in the way stops everyone, root included.
  writeFileSync(join(folder, 'state'), '');
  await expect(start()).rejects.toThrow(
    /^The state folder .*state cannot be written to \(EEXIST\): change its owner, or name another one/,
  );
});

test('the process that already runs on the folder is named', async () => {
  const release = takeStateFolder(statePaths(join(folder, 'state')));
  await expect(start()).rejects.toThrow(`is already running on ${join(folder, 'state')} (pid ${process.pid})`);
  release();
});

test('the lock of a process that is gone is taken over', () => {
  const path = join(folder, 'lock');
  writeFileSync(path, JSON.stringify({ pid: process.pid, identity: 'another process that once had this pid' }));
  expect(takeLock(path)).toHaveProperty('release');
  writeFileSync(path, '');
  expect(takeLock(path)).toHaveProperty('release');
  expect(takeLock(path)).toEqual({ heldBy: process.pid });
});

test('secrets are generated once, only their owner reads them, and the environment wins', () => {
  const paths = statePaths(folder);
  const first = ensureSettings(paths, {});
  expect(first.ENCRYPTION_KEYS).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
  expect(ensureSettings(paths, { PAYMENT_API_KEY: 'of my own' })).toEqual({ ...first, PAYMENT_API_KEY: 'of my own' });
  expect(ensureSettings(paths, {})).toEqual(first);
  expect(statSync(paths.settings).mode & 0o777).toBe(0o600);
});

test('no new keys are generated for a database that was encrypted with others', () => {
  const paths = statePaths(folder);
  mkdirSync(paths.postgres);
  expect(() => ensureSettings(paths, {})).toThrow(/settings.json is gone/);
  writeFileSync(paths.settings, '{"ENCRYPTION_KEYS":');
  expect(() => ensureSettings(paths, {})).toThrow(/settings.json is damaged/);
});

test('reset refuses while the stack runs, empties it afterwards, and removes nothing else', async () => {
  const paths = statePaths(join(folder, 'state'));
  const release = takeStateFolder(paths);
  await expect(removeStateFolder(paths)).rejects.toThrow(`(pid ${process.pid}): stop it before you reset`);
  release();
  expect(await removeStateFolder(paths)).toBe(true);
  expect(existsSync(paths.root)).toBe(false);
  expect(await removeStateFolder(paths)).toBe(false);
  await expect(removeStateFolder(statePaths(folder))).rejects.toThrow('is not a state folder of Mallflow');
});

test('PostgreSQL runs from another folder when its account may not enter the state folder', () => {
  if (process.getuid?.() !== 0) return;
  chmodSync(folder, 0o700);
  const { uid, gid } = postgresAccount() ?? { uid: 0, gid: 0 };
  const { binaries, dataDir } = choosePostgresHome(join(folder, 'postgres'), { uid, gid });
  try {
    expect(dataDir).not.toContain(folder);
    expect(choosePostgresHome(join(folder, 'postgres'), { uid, gid }).dataDir).toBe(dataDir);
    expect(execFileSync(binaries.postgres, ['--version'], { uid, gid, encoding: 'utf8', cwd: '/' })).toContain(
      'PostgreSQL',
    );
  } finally {
    removePostgresData(join(folder, 'postgres'));
  }
});

test('reset removes a database outside the state folder, and the link to it', async () => {
  if (process.getuid?.() !== 0) return;
  chmodSync(folder, 0o700);
  const paths = statePaths(join(folder, 'state'));
  takeStateFolder(paths)();
  const { dataDir } = choosePostgresHome(paths.postgres, postgresAccount());
  mkdirSync(dataDir);
  expect(dataDir).toMatch(/^\/var\/lib\/mallflow\/data-/);
  expect(await removeStateFolder(paths)).toBe(true);
  expect([existsSync(dataDir), existsSync(paths.root)]).toEqual([false, false]);
});

function occupy(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

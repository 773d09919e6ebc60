import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statePaths } from '../../src/embedded/paths';
import type * as PostgresHome from '../../src/embedded/postgres/postgres-home';
import { removeStateFolder, takeStateFolder } from '../../src/embedded/state-folder';
import { readMarker } from '../../src/embedded/state-marker';

const mockDisk = { fails: false };
jest.mock('../../src/embedded/postgres/postgres-home', () => {
  const actual = jest.requireActual<typeof PostgresHome>('../../src/embedded/postgres/postgres-home');
  const removePostgresData = (folder: string): void => {
    if (mockDisk.fails) throw new Error('The disk fails');
    actual.removePostgresData(folder);
  };
  return { ...actual, removePostgresData };
});

test('a reset that breaks off can be repeated, and no start builds on what it left', async () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'interrupted-reset-')));
  try {
    const paths = statePaths(join(home, 'state'));
    takeStateFolder(paths)();
    mkdirSync(paths.postgres);
    writeFileSync(join(paths.postgres, 'PG_VERSION'), '18');
    mockDisk.fails = true;
    await expect(removeStateFolder(paths)).rejects.toThrow('The disk fails');
    expect(readMarker(paths)).toMatchObject({ emptying: true });
    expect(() => takeStateFolder(paths)).toThrow('was cut short');
    mockDisk.fails = false;
    expect(await removeStateFolder(paths)).toBe(true);
    expect(existsSync(paths.root)).toBe(false);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

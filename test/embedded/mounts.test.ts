import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountPointsOf, mountsWithin } from '../../src/embedded/mounts';
import { statePaths } from '../../src/embedded/paths';
import { removeStateFolder } from '../../src/embedded/state-folder';
import { makeState, treeOf } from '../support/state';

let folder: string;
let state: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mounts-')));
  state = join(folder, 'the state');
  makeState(state);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const tableOf = (...points: string[]) =>
  ['/', ...points]
    .map((point, at) => `${36 + at} 35 98:0 /from ${point.replaceAll(' ', '\\040')} rw - ext4 /dev/sda rw\n`)
    .join('');

test('a mount table names its mount points, spaces and backslashes included', () => {
  expect(mountPointsOf(tableOf('/a b', '/c\\134d'))).toEqual(['/', '/a b', '/c\\d']);
});

test('mounts on a folder and below it count, others do not', () => {
  const [within, beside] = [join(state, 'logs'), `${state} too`];
  expect(mountsWithin(state, tableOf(within, state, beside, folder))).toEqual([within, state]);
  expect(mountsWithin(state, tableOf(beside, folder))).toEqual([]);
  expect(mountsWithin(state, null)).toEqual([]);
});

/** Is true for root on Linux outside containers that forbid mounting; the other tests use a table of their own. */
const mayMount =
  process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

(mayMount ? test : test.skip).each([
  ['another folder of the same disk', ['--bind']],
  ['another disk', ['-t', 'tmpfs']],
])('a reset refuses %s that is mounted in the state folder, or on it', async (_case, how) => {
  const foreign = join(folder, 'foreign');
  mkdirSync(foreign);
  for (const at of [join(state, 'postgres'), join(state, 'journals'), state]) {
    execFileSync('mount', [...how, foreign, at]);
    try {
      if (at === state) makeState(state);
      else writeFileSync(join(at, 'letter'), 'dear');
      const before = treeOf(folder);
      await expect(removeStateFolder(statePaths(state))).rejects.toThrow(`is mounted within ${state}: ${at};`);
      // Without a mount table, another disk is found by its device.
      if (how.includes('tmpfs')) expect(mountsWithin(state, null)).toEqual([at]);
      expect(treeOf(folder)).toEqual(before);
    } finally {
      execFileSync('umount', [at]);
    }
    rmSync(join(foreign, 'letter'), { force: true });
  }
  expect(await removeStateFolder(statePaths(state))).toBe(true);
});

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPreviousServer } from '../../../src/embedded/postgres/postgres-leftovers';
import { until } from '../../sandboxes/sandboxes';

const PAGES = 250_000;

(process.platform === 'linux' ? test : test.skip)(
  'a process that ends but still holds its memory is waited for',
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mallflow-leftovers-')));
    writeFileSync(join(folder, 'postmaster.pid'), '0\n');
    // One thread with a gigabyte takes a while to give it back; so does a session that has touched much of the shared
    // memory.
    const session = spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1G'], { cwd: folder, stdio: 'ignore' });
    const proc = `/proc/${session.pid}`;
    try {
      await until(() => Promise.resolve(Number(readFileSync(`${proc}/statm`, 'utf8').split(' ')[1]) > PAGES));
      session.kill('SIGKILL');
      while (existsSync(`${proc}/exe`)) {
        /* Its end has begun when it has no program any more: within a millisecond or so. */
      }
      await endPreviousServer(folder);
      // The working folder is what a process gives back last: when it has none, its memory is free.
      expect(() => readlinkSync(`${proc}/cwd`)).toThrow('ENOENT');
    } finally {
      session.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPreviousServer } from '../../../src/embedded/postgres/postgres-leftovers';
import { until } from '../../sandboxes/sandboxes';

const PAGES = 250_000;

(process.platform === 'linux' ? test : test.skip)(
  'the start waits for a process that is ending and still holds its memory',
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mallflow-leftovers-')));
    writeFileSync(join(folder, 'postmaster.pid'), '0\n');
    // A process frees a gigabyte slowly, as does a session that has used much of the shared memory.
    const session = spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1G'], { cwd: folder, stdio: 'ignore' });
    const proc = `/proc/${session.pid}`;
    try {
      await until(() => Promise.resolve(Number(readFileSync(`${proc}/statm`, 'utf8').split(' ')[1]) > PAGES));
      session.kill('SIGKILL');
      while (existsSync(`${proc}/exe`)) {
        /* The process has begun to end when it has no program any more: within a millisecond or so. */
      }
      await endPreviousServer(folder);
      // The working folder disappears last: when a process has none, its memory is free.
      expect(() => readlinkSync(`${proc}/cwd`)).toThrow('ENOENT');
    } finally {
      session.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

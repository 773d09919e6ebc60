import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const PRISMA = join(ROOT, 'node_modules', 'prisma', 'build', 'index.js');

/** Runs Prisma as on a machine that has no network and never ran it. */
function prisma(...args: string[]): { status: number | null; output: string } {
  const home = mkdtempSync(join(tmpdir(), 'prisma-'));
  const closed = 'http://127.0.0.1:1';
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PRISMA, ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: home,
        HTTP_PROXY: closed,
        HTTPS_PROXY: closed,
        CHECKPOINT_DISABLE: '1',
        NO_COLOR: '1',
      },
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(home, { recursive: true });
  }
}

test('prisma finds the schema by itself, and it is valid', () => {
  const { status, output } = prisma('validate');
  expect(output).toContain('prisma/schema.prisma is valid');
  expect(status).toBe(0);
});

test('without a database, prisma studio says that its URL is missing', () => {
  expect(prisma('studio', '--browser', 'none').output).toContain('No database URL found');
});

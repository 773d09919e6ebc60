import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOrphans } from '../../src/embedded/orphans';
import { identify } from '../../src/embedded/process-identity';
import { startChild, type ChildSpec } from '../../src/embedded/child-process';
import { logContains } from '../../src/embedded/readiness';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'process-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const spec = (script: string, more: Partial<ChildSpec> = {}): ChildSpec => ({
  name: 'Subject',
  command: process.execPath,
  args: ['-e', script],
  env: process.env,
  cwd: folder,
  logFile: join(folder, 'subject.log'),
  pidFile: join(folder, 'subject.pid'),
  ...more,
});
const ready = () => logContains(join(folder, 'subject.log'), 'ready');
const FOREVER = 'setInterval(() => {}, 1000);';

test('a child is ready once its log says so, and ends cleanly on request', async () => {
  const child = await startChild(
    spec(`${FOREVER} process.on('SIGTERM', () => process.exit(7)); console.log('ready')`),
    ready(),
    10_000,
  );
  expect(existsSync(join(folder, 'subject.pid'))).toBe(true);
  await child.stop();
  expect(await child.exited).toEqual({ code: 7, signal: null });
  expect(child.endedUnexpectedly()).toBe(false);
  expect(existsSync(join(folder, 'subject.pid'))).toBe(false);
});

test('a child that does not end in time is killed', async () => {
  const child = await startChild(
    spec(`${FOREVER} process.on('SIGTERM', () => {}); console.log('ready')`, { stopTimeoutMs: 100 }),
    ready(),
    10_000,
  );
  await child.stop();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a child that ends before it is ready is reported with the last lines of its log', async () => {
  await expect(startChild(spec(`console.error('no such key'); process.exitCode = 3`), ready(), 10_000)).rejects.toThrow(
    /Subject ended \(exit code 3\) before it was ready\.\nLast lines of .*subject.log:\n {2}no such key/,
  );
});

test('a child that is not ready in time is ended', async () => {
  await expect(startChild(spec(`${FOREVER} console.log(process.pid)`), ready(), 300)).rejects.toThrow(
    'Subject was not ready within',
  );
  expect(identify(Number(readFileSync(join(folder, 'subject.log'), 'utf8')))).toBeNull();
});

test('an aborted start ends the child', async () => {
  const controller = new AbortController();
  const started = startChild(spec(FOREVER, { signal: controller.signal }), ready(), 10_000);
  controller.abort();
  await expect(started).rejects.toThrow('This operation was aborted');
});

test('a program that cannot be started is named in the error', async () => {
  await expect(startChild(spec('', { command: join(folder, 'nothing') }), ready(), 1_000)).rejects.toThrow(
    /Subject could not be started: .*ENOENT/,
  );
});

test('an unexpected end is recognized', async () => {
  const child = await startChild(spec(`${FOREVER} console.log('ready')`), ready(), 10_000);
  process.kill(child.pid, 'SIGKILL');
  await child.exited;
  expect(child.endedUnexpectedly()).toBe(true);
});

test('the processes that a killed run left behind are ended, and no others', async () => {
  const child = await startChild(spec(`${FOREVER} console.log('ready')`), ready(), 10_000);
  writeFileSync(
    join(folder, 'other.pid'),
    JSON.stringify({ pid: process.pid, identity: 'one that had our pid before', stopSignal: 'SIGTERM' }),
  );
  writeFileSync(join(folder, 'cut.pid'), '{"pid":');
  expect(await endOrphans(folder)).toEqual(['subject']);
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  expect(existsSync(join(folder, 'other.pid'))).toBe(false);
});

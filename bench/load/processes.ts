import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel counts processor time in (USER_HZ): hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;
const KIB = 1024;

/** Names of processes with the ids behind each. */
export type Pids = Readonly<Record<string, readonly number[]>>;
/** Milliseconds of processor time by name. */
export type ProcessorTime = Readonly<Record<string, number>>;

/** Tells whether this machine lets us read what processes use: Linux does, by /proc. */
export const canMeasure = (): boolean => process.platform === 'linux';

/**
 * Reads how much processor time processes have used, their children included, ended ones too; this process's own stands
 * under `load generator`. Undefined where it cannot be read. Throws when a process is gone.
 */
export function processorTime(pids: Pids): ProcessorTime | undefined {
  if (!canMeasure()) return undefined;
  const children = childrenByParent();
  const { user, system } = process.cpuUsage();
  const used = Object.entries(pids).map(([name, ids]) => [
    name,
    ids.reduce((sum, pid) => sum + ownTicks(pid, children), 0) * TICK_MS,
  ]);
  return { ...(Object.fromEntries(used) as Record<string, number>), [GENERATOR]: (user + system) / 1000 };
}

/** What the load itself costs: measured, but no part of an order's cost. */
export const GENERATOR = 'load generator';

/** Returns processor ms per piece of work by process, from readings before and after; undefined without readings. */
export function costPer(
  before: ProcessorTime | undefined,
  after: ProcessorTime | undefined,
  pieces: number,
): ProcessorTime | undefined {
  if (before === undefined || after === undefined) return undefined;
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / pieces]));
}

/** Adds up what the service uses: everything but the load generator. */
export const serviceTotal = (cost: ProcessorTime): number =>
  Object.entries(cost).reduce((sum, [name, ms]) => (name === GENERATOR ? sum : sum + ms), 0);

/** Own time, that of children which ended and were waited for, and that of those that live. */
function ownTicks(pid: number, children: ReadonlyMap<number, readonly number[]>): number {
  const own = statOf(pid);
  if (own === null) throw new Error(`Process ${pid} is gone: what it used cannot be read.`);
  const live = (children.get(pid) ?? []).map((child) => statOf(child)?.ticks ?? 0);
  return own.ticks + live.reduce((sum, ticks) => sum + ticks, 0);
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const stat = statOf(pid);
    if (stat === null) continue;
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(pid);
    else children.set(stat.parent, [pid]);
  }
  return children;
}

/** Reads /proc/<pid>/stat (proc(5)); null when the process is gone. */
function statOf(pid: number): { readonly parent: number; readonly ticks: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in brackets and may hold anything: the fields are counted from the last bracket.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, ticks: utime + stime + cutime + cstime };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Bytes that a process holds in memory now, and the most it ever held. */
export interface Memory {
  readonly rssBytes: number;
  readonly peakBytes: number;
}

/** Reads a process's memory from /proc/<pid>/status; undefined where it cannot be read. */
export function memoryOf(pid: number): Memory | undefined {
  if (!canMeasure()) return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * KIB;
  return { rssBytes: field('VmRSS'), peakBytes: field('VmHWM') };
}

import { readdirSync, readFileSync } from 'node:fs';

/** Is the kernel's unit of processor time (USER_HZ): 10 ms on every Linux that Node runs on. */
const TICK_MS = 10;
const KIB = 1024;

/** Maps names to the ids of their processes. */
export type Pids = Readonly<Record<string, readonly number[]>>;
/** Maps names to milliseconds of processor time. */
export type ProcessorTime = Readonly<Record<string, number>>;

/** Returns whether the processes' use can be read: on Linux, from /proc. */
export const canMeasure = (): boolean => process.platform === 'linux';

/**
 * Reads the processor time that processes and their children have used, ended ones included. This process's own is
 * named `load generator`. Undefined when it cannot be read. Throws when a process is gone.
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

/** Names this process, which makes the load: it is measured, but does not count as cost of an order. */
export const GENERATOR = 'load generator';

/** Returns the processor ms per piece of work by process, from two readings; undefined without readings. */
export function costPer(
  before: ProcessorTime | undefined,
  after: ProcessorTime | undefined,
  pieces: number,
): ProcessorTime | undefined {
  if (before === undefined || after === undefined) return undefined;
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / pieces]));
}

/** Adds up the processor time of all processes but the load generator. */
export const serviceTotal = (cost: ProcessorTime): number =>
  Object.entries(cost).reduce((sum, [name, ms]) => (name === GENERATOR ? sum : sum + ms), 0);

/** Adds up a process's own ticks, those of its ended and collected children, and those of its live children. */
function ownTicks(pid: number, children: ReadonlyMap<number, readonly number[]>): number {
  const own = statOf(pid);
  if (own === null) throw new Error(`Process ${pid} is gone: its processor time cannot be read.`);
  const live = (children.get(pid) ?? []).map((child) => statOf(child)?.ticks ?? 0);
  return own.ticks + live.reduce((sum, ticks) => sum + ticks, 0);
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of names.map(Number)) {
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
    // The command's name is in brackets and may contain anything: the fields are counted from the last bracket.
    const rest = stat.slice(stat.lastIndexOf(')') + 2);
    const fields = rest.split(' ').map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, ticks: utime + stime + cutime + cstime };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Describes a process's current and greatest memory in bytes. */
export interface Memory {
  readonly rssBytes: number;
  readonly peakBytes: number;
}

/** Reads a process's memory from /proc/<pid>/status; undefined when it cannot be read. */
export function memoryOf(pid: number): Memory | undefined {
  if (!canMeasure()) return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * KIB;
  return { rssBytes: field('VmRSS'), peakBytes: field('VmHWM') };
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Returns whether a path is a folder or lies below it; both are real paths. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

/** Lists the mount points of a table in the format of Linux's /proc/self/mountinfo. */
export function mountPointsOf(table: string): string[] {
  const points = table.split('\n').map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point !== '').map(decodeOctal);
}

/** Decodes spaces, tabs, line ends and backslashes, which the table writes as octal numbers. */
const decodeOctal = (point: string): string =>
  point.replaceAll(/\\([0-7]{3})/g, (_match, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Finds the mount points on a folder and anywhere below it; the folder is a real path. On Linux the mount table lists
 * them, bind mounts of the same device included; elsewhere only a folder on another device shows a mount.
 */
export function mountsWithin(folder: string, table = readMountTable()): string[] {
  const mounted = table === null ? [] : mountPointsOf(table).filter((point) => isWithin(folder, point));
  const { dev } = statSync(folder);
  const own = statSync(dirname(folder)).dev === dev ? [] : [folder];
  return [...new Set([...mounted, ...own, ...foldersOnOtherDevices(folder, dev)])];
}

const readMountTable = (): string | null =>
  process.platform === 'linux' ? readFileSync('/proc/self/mountinfo', 'utf8') : null;

function foldersOnOtherDevices(folder: string, device: number): string[] {
  const folders = readFolder(folder).filter((entry) => entry.isDirectory());
  const paths = folders.map(({ name }) => join(folder, name));
  return paths.flatMap((path) => (deviceOf(path) === device ? foldersOnOtherDevices(path, device) : [path]));
}

/** Lists the entries of a folder; none when a process that outlived its killed run removes the folder meanwhile. */
export const readFolder = (folder: string) => unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];

function deviceOf(folder: string): number | null {
  return unlessGone(() => statSync(folder).dev);
}

function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

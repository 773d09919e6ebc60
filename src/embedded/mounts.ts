import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Tells whether a path is a folder or lies somewhere below it; both are real paths. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

/** Lists the mount points of a table in the form of Linux's /proc/self/mountinfo. */
export const mountPointsOf = (table: string): string[] =>
  table
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point !== '')
    .map(unescaped);

/** Spaces, tabs, line ends and backslashes are written as octal numbers. */
const unescaped = (point: string): string =>
  point.replaceAll(/\\([0-7]{3})/g, (_match, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Finds what is mounted on a folder or anywhere below it; the folder is a real path. Linux tells of every mount, bind
 * mounts of the same device included; elsewhere the device of each folder tells.
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
  return readFolder(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .flatMap((path) => (deviceOf(path) === device ? foldersOnOtherDevices(path, device) : [path]));
}

/** Lists a folder; what a killed run left running may take it away meanwhile, and nothing is in it then. */
export const readFolder = (folder: string) => unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];

function deviceOf(folder: string): number | null {
  return unlessGone(() => statSync(folder).dev);
}

function unlessGone<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['src', 'workflows', 'activities', 'bench', 'prisma', 'bin'];
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

const stampOf = (root) => join(root, 'dist', '.built');

/** Returns whether anything that the build reads is newer than the last successful build. */
export function isBuildStale(root) {
  const stamp = stampOf(root);
  return !existsSync(stamp) || newest(root) > statSync(stamp).mtimeMs;
}

/** Records a successful build with the time of its beginning, so that later changes are newer. */
export function stampBuild(root, beganMs) {
  const stamp = stampOf(root);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, '');
  utimesSync(stamp, beganMs / 1000, beganMs / 1000);
}

function newest(root) {
  const files = FILES.map((name) => join(root, name));
  const folders = FOLDERS.map((name) => join(root, name)).filter(existsSync);
  // The build's own output is no reason to build again.
  const sources = folders.flatMap(filesIn).filter((path) => !path.startsWith(join(root, 'src', 'generated')));
  const existing = [...files, ...sources].filter(existsSync);
  return Math.max(...existing.map((path) => statSync(path).mtimeMs));
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

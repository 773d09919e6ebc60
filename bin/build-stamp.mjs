import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['src', 'workflows', 'activities', 'bench', 'prisma', 'bin'];
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

const stampOf = (root) => join(root, 'dist', '.built');

/** Tells whether anything the build reads is newer than the last build that succeeded. */
export function isBuildStale(root) {
  const stamp = stampOf(root);
  return !existsSync(stamp) || newest(root) > statSync(stamp).mtimeMs;
}

/** Records a build that succeeded, as of when it began: what changed meanwhile is newer. */
export function stampBuild(root, beganMs) {
  const stamp = stampOf(root);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, '');
  utimesSync(stamp, beganMs / 1000, beganMs / 1000);
}

function newest(root) {
  const files = FILES.map((name) => join(root, name));
  const entries = FOLDERS.map((name) => join(root, name))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        // What the build itself writes is no reason to build again.
        .filter((path) => !path.startsWith(join(root, 'src', 'generated'))),
    );
  return Math.max(...[...files, ...entries].filter(existsSync).map((path) => statSync(path).mtimeMs));
}

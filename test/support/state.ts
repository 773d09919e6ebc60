import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statePaths, type StatePaths } from '../../src/embedded/paths';
import { ensureSettings } from '../../src/embedded/settings';
import { takeStateFolder } from '../../src/embedded/state-folder';

/** Makes a state folder as a start that has ended leaves it, with a made-up database. */
export function makeState(root: string): StatePaths {
  const paths = statePaths(root);
  takeStateFolder(paths)();
  ensureSettings(paths, {});
  mkdirSync(paths.postgres);
  fill({
    [join(paths.postgres, 'PG_VERSION')]: '18',
    [join(paths.logs, 'api.log')]: 'log',
    [paths.temporal]: 'sqlite',
    [`${paths.temporal}-wal`]: 'sqlite',
    [join(paths.journals, 'gateway.jsonl')]: '{}',
    [paths.apiKeys]: '{}',
    [join(paths.root, 'running.json.new')]: '{}',
    [`${paths.lock}.4711`]: '{}',
    [join(paths.run, 'temporal.toml')]: '',
    [join(paths.run, 'api.pid')]: '{"pid":1,"identity":"gone"}',
  });
  return paths;
}

/** Makes a state folder as release 0.3.0 left it: without a marker. */
export function makeOlderState(root: string): StatePaths {
  const paths = makeState(root);
  rmSync(paths.marker);
  return paths;
}

/** Writes files, and the folders that they lie in. */
export function fill(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Reads all that lies below a folder: each path with its content, or where its link leads. Follows no link. */
export function treeOf(folder: string, below = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const name = join(below, entry.name);
      const path = join(folder, name);
      if (entry.isSymbolicLink()) return [[name, `-> ${readlinkSync(path)}`]];
      if (entry.isDirectory()) return [[name, 'folder'], ...Object.entries(treeOf(folder, name))];
      return [[name, readFileSync(path, 'utf8')]];
    }),
  );
}

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Finds the folder of this package, both from the sources and from the compiled `dist`. */
export function packageRoot(from: string = __dirname): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'mallflow')
    return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('The package.json of mallflow is not above the running code.');
  return packageRoot(parent);
}

/** Lists the path of everything that the embedded stack keeps in its state folder. */
export interface StatePaths {
  readonly root: string;
  readonly marker: string;
  readonly lock: string;
  readonly settings: string;
  readonly apiKeys: string;
  readonly postgres: string;
  readonly temporal: string;
  readonly logs: string;
  readonly run: string;
  readonly journals: string;
}

/** Builds the paths of a state folder; creates nothing. */
export function statePaths(folder: string): StatePaths {
  const root = resolve(folder);
  return {
    root,
    marker: join(root, '.mallflow-state'),
    lock: join(root, 'stack.lock'),
    settings: join(root, 'settings.json'),
    apiKeys: join(root, 'api-keys.json'),
    postgres: join(root, 'postgres'),
    temporal: join(root, 'temporal', 'temporal.db'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
    journals: join(root, 'journals'),
  };
}

/** Returns the state folder of this checkout, which is used unless a person names another one. */
export const defaultStateFolder = (): string => join(packageRoot(), '.mallflow');

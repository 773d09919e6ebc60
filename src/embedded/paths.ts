import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Finds the folder of this package, from the sources as well as from the compiled `dist`. */
export function packageRoot(from: string = __dirname): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'mallflow')
    return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('The package.json of mallflow is not above the running code.');
  return packageRoot(parent);
}

/** Where everything that the embedded stack keeps lies, under its one folder. */
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

/** Names the files of a state folder; makes none of them. */
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

/** The state folder of a checkout, unless another one is named. */
export const defaultStateFolder = (): string => join(packageRoot(), '.mallflow');

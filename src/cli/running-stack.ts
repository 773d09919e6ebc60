import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Currency } from '../contracts/money';
import { lockHolder } from '../embedded/lock';
import { statePaths } from '../embedded/paths';
import type { Stack } from '../embedded/stack';
import { describeStack, type SampleOrder } from './ready';

const Running = z.object({
  api: z.url(),
  carrier: z.url(),
  state: z.string(),
  sample: z.object({ storefrontKey: z.string(), skuIds: z.array(z.string()).min(2), currency: Currency }).nullable(),
  /** The environment of worker and API, with its secrets: only its owner may read the file. */
  environment: z.record(z.string(), z.string()),
});

/** Describes the stack that runs on a state folder, for other verbs. */
export type Running = z.infer<typeof Running>;

const ApiKeys = z.record(z.string(), z.string());
/** Lists the secrets of the sample mall's API keys, by label. */
export type ApiKeys = z.infer<typeof ApiKeys>;

const fileOf = (stateFolder: string): string => join(statePaths(stateFolder).root, 'running.json');

/** Announces a stack that is ready to the other verbs. The answer withdraws it. */
export function announceStack(stack: Stack, sample: SampleOrder | undefined): () => void {
  const file = fileOf(stack.paths.root);
  writePrivately(file, { ...describeStack(stack, sample), environment: stack.serviceEnvironment });
  return () => {
    rmSync(file, { force: true });
  };
}

/** Returns whether a stack that is ready runs on a state folder. */
export const isRunning = (stateFolder: string): boolean =>
  lockHolder(statePaths(stateFolder).lock) !== null && existsSync(fileOf(stateFolder));

/** Reads what runs on a state folder. Throws one sentence when nothing does. */
export function readRunning(stateFolder: string): Running {
  const file = fileOf(stateFolder);
  if (!isRunning(stateFolder)) {
    const { root } = statePaths(stateFolder);
    throw new Error(`No Mallflow is ready on ${root}: start it with \`npm start\`, or name its folder with --state.`);
  }
  return Running.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Reads the stored API keys of a state folder; none where nothing was stored. */
export function readApiKeys(stateFolder: string): ApiKeys {
  const file = statePaths(stateFolder).apiKeys;
  return existsSync(file) ? ApiKeys.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

/** Adds API keys to those stored. Only its owner may read the file. */
export function storeApiKeys(stateFolder: string, issued: ApiKeys): void {
  writePrivately(statePaths(stateFolder).apiKeys, { ...readApiKeys(stateFolder), ...issued });
}

function writePrivately(file: string, content: object): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  // An older file of this name may have had wider permissions, which writing keeps.
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}

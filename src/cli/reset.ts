import type { Command } from 'commander';
import { type StatePaths, statePaths } from '../embedded/paths';
import { listForSentence, namesIn } from '../embedded/state-entries';
import { removeStateFolder } from '../embedded/state-folder';
import { checkRemoval } from '../embedded/state-removal';
import { confirm, isAttended, ownTerminal, type Terminal } from './confirm';
import { stateOption } from './options';

interface ResetFlags {
  readonly state: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Registers `mallflow reset`. */
export function registerReset(program: Command, terminal: Terminal = ownTerminal()): void {
  program
    .command('reset')
    .description('asks, then removes all that the embedded stack keeps: database, workflows, journals, logs, keys')
    .addOption(stateOption())
    .option('--yes', 'remove it without asking; needed where there is no terminal')
    .option('--json', 'print the result as JSON')
    .action((flags: ResetFlags) => reset(flags, terminal));
}

async function reset(flags: ResetFlags, terminal: Terminal): Promise<void> {
  const paths = statePaths(flags.state);
  // What forbids the removal is reported before a person is asked.
  if (checkRemoval(paths) && flags.yes !== true) await askFirst(paths, terminal);
  const removed = await removeStateFolder(paths);
  const { root } = paths;
  const text = removed ? `${root} was removed.` : `There is nothing to remove: ${root} does not exist.`;
  process.stdout.write(`${flags.json === true ? JSON.stringify({ state: root, removed }) : text}\n`);
}

/** Rejects unless a person says yes. */
async function askFirst({ root }: StatePaths, terminal: Terminal): Promise<void> {
  if (!isAttended(terminal)) {
    throw new Error(`There is no terminal to ask on: nothing was removed. Add --yes to remove ${root}.`);
  }
  const content = "the database with every order, the workflows, the providers' journals, the logs and all keys";
  const question = `${root} will be removed permanently: ${content} (${listForSentence(namesIn(root))}).\nRemove it?`;
  if (!(await confirm(question, terminal))) throw new Error(`Nothing was removed: ${root} is as it was.`);
}

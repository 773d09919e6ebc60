import type { Command } from 'commander';
import { statePaths } from '../embedded/paths';
import { removeStateFolder } from '../embedded/state-folder';
import { stateOption } from './options';

/** Registers `mallflow reset`. */
export function registerReset(program: Command): void {
  program.command('reset')
    .description('removes everything that the embedded stack keeps: database, workflows, journals, logs, keys')
    .addOption(stateOption())
    .option('--json', 'print the result as JSON')
    .action(async (flags: { state: string; json?: boolean }) => {
      const { root } = statePaths(flags.state);
      const removed = await removeStateFolder(statePaths(flags.state));
      const text = removed ? `${root} was removed.` : `There is nothing to remove: ${root} does not exist.`;
      process.stdout.write(`${flags.json === true ? JSON.stringify({ state: root, removed }) : text}\n`);
    });
}

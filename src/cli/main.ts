import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { packageRoot } from '../embedded/paths';
import { registerAdopt } from './interventions/adopt';
import { registerAudit } from './audit';
import { registerDemo } from './orders/demo';
import { registerDoctor } from './doctor';
import { registerKeys } from './access/keys';
import { registerMigrate } from './migrate';
import { registerQuote } from './pricing/quote';
import { registerReplay } from './orders/replay';
import { registerReplayCheck } from './replay-check';
import { registerReset } from './reset';
import { seedSample } from './sample';
import { registerStart } from './start';
import { registerStuck } from './interventions/stuck';

const USAGE_ERROR = 2;

/** Builds the program: one verb per file, each registered here. */
function buildProgram(): Command {
  const program = new Command('mallflow')
    .description('Runs the orders of a multi-merchant mall, from checkout to delivery.')
    .version(versionOf(packageRoot()))
    .showHelpAfterError('(see mallflow --help)')
    .exitOverride();
  registerStart(program, seedSample);
  registerReset(program);
  registerDemo(program);
  registerReplay(program);
  registerStuck(program);
  registerAdopt(program);
  registerReplayCheck(program);
  registerAudit(program);
  registerDoctor(program);
  registerMigrate(program);
  registerQuote(program);
  registerKeys(program);
  // What a command inherits is fixed when it is made: errors of the verbs, too, are reported below.
  for (const verb of program.commands) verb.exitOverride();
  return program;
}

const Manifest = z.object({ version: z.string() });
const versionOf = (folder: string): string =>
  Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).version;

/** Runs one verb. A failure is one sentence on stderr and exit code 1; wrong usage is exit code 2. */
async function main(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the help, the version or what is wrong.
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
      return;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.MALLFLOW_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  }
}

void main(process.argv);

import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { lockHolder } from '../embedded/lock';
import { packageRoot, statePaths, type StatePaths } from '../embedded/paths';
import { portFaults, type Ports } from '../embedded/ports';
import { findPostgresFolder, programsIn } from '../embedded/postgres/postgres-binaries';
import { checkStart } from '../embedded/state-folder';
import { findTemporalBinary } from '../embedded/temporal/temporal-binary';
import { portOptions, portsFrom, stateOption } from './options';

const NEEDED_BYTES = 1_000_000_000;

/** Describes the result of one check. `detail` says what was found, or what is wrong and what to do. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Registers `mallflow doctor`. */
export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('checks whether this machine has what `mallflow start` needs, and says what to do about the rest')
    .addOption(stateOption())
    .option('--json', 'print the findings as JSON');
  for (const option of portOptions()) command.addOption(option);
  command.action(async (flags: { state: string; json?: boolean }) => {
    const findings = await examine(statePaths(flags.state), portsFrom(command.opts()));
    const lines = findings.map(({ check, ok, detail }) => `  ${ok ? '✓' : '✗'} ${check.padEnd(20)} ${detail}`);
    process.stdout.write(`${flags.json === true ? JSON.stringify(findings) : lines.join('\n')}\n`);
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
  });
}

async function examine(paths: StatePaths, ports: Ports): Promise<Finding[]> {
  const running = lockHolder(paths.lock);
  return [
    finding('Node', () => process.versions.node),
    finding('Compiled code', () => existing(join(packageRoot(), 'dist', 'src', 'server.js'), 'run `npm run build`')),
    finding('PostgreSQL', () => versionOf(programsIn(findPostgresFolder()).postgres)),
    finding('Temporal', () => {
      const binary = findTemporalBinary();
      return binary === null
        ? 'not here yet: `mallflow start` downloads it, or builds it where Go is installed'
        : `${versionOf(binary)}, ${binary}`;
    }),
    finding('State folder', () => usable(paths)),
    finding('Disk', () => freeSpace(paths.root)),
    running === null
      ? await examinePorts(ports)
      : { check: 'Ports', ok: true, detail: `Mallflow runs on ${paths.root} (pid ${running})` },
  ];
}

function finding(check: string, look: () => string): Finding {
  try {
    return { check, ok: true, detail: look() };
  } catch (error) {
    return { check, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function examinePorts(ports: Ports): Promise<Finding> {
  const faults = await portFaults(ports);
  return {
    check: 'Ports',
    ok: faults.length === 0,
    detail: faults.join(' ') || `${Object.values(ports).join(', ')} are free`,
  };
}

const versionOf = (program: string): string =>
  execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 30_000 }).trim();

function existing(path: string, advice: string): string {
  if (!existsSync(path)) throw new Error(`${path} is missing: ${advice}.`);
  return path;
}

/** Finds the folder itself, or the nearest existing folder above it, in which it would be made. */
const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)));

function usable(paths: StatePaths): string {
  const path = paths.root;
  try {
    accessSync(nearest(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`${path} cannot be written to: change its owner, or name another one with --state.`, {
      cause: error,
    });
  }
  checkStart(paths);
  return path;
}

function freeSpace(path: string): string {
  const { bavail, bsize } = statfsSync(nearest(path));
  const text = `${Math.round((bavail * bsize) / 1e9)} GB free`;
  if (bavail * bsize < NEEDED_BYTES)
    throw new Error(
      `only ${text}: make room for at least ${NEEDED_BYTES / 1e9} GB, or name another folder with --state.`,
    );
  return text;
}

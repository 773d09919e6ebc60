import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Progress } from '../../src/cli/progress';
import { startPeer } from '../peer/peer';
import { obtainPeerProgram } from '../peer/program';
import { Bench, type Plan } from './bench';
import { startBenchStack } from './bench-stack';
import { printReport } from './print-report';
import type { Report } from './report';
import { run } from './run';

interface Flags extends Omit<Plan, 'concurrencies'> {
  readonly concurrency: readonly number[];
  readonly peer?: string | true;
  readonly json?: string;
}

const program = new Command('bench')
  .description('starts its own stack and measures the cost of an order on it: docs/performance.md')
  .addOption(
    new Option('--orders <number>', 'orders that are measured at each concurrency').default(450).argParser(whole),
  )
  .addOption(
    new Option('--concurrency <numbers>', 'the numbers of orders at a time; each is measured in turn')
      .default([10, 25, 50], '10,25,50')
      .argParser((text) => text.split(',').map(whole)),
  )
  .addOption(
    new Option('--server <kind>', 'the Temporal server: the development server, or the production server on PostgreSQL')
      .choices(['embedded', 'postgres'])
      .default('embedded'),
  )
  .addOption(
    new Option(
      '--peer [program]',
      "measure the field's reference application on the same Temporal server, too; " +
        'with a program, that is run in place of one built with Go',
    ),
  )
  .addOption(new Option('--json <file>', 'write the report to a file as JSON, too'))
  .action(async () => {
    const { json, peer, concurrency, ...flags } = program.opts<Flags>();
    const report = await bench({ ...flags, concurrencies: concurrency }, peer);
    process.stdout.write(`${printReport(report)}\n`);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    if (report.faults.length > 0) process.exitCode = 1;
  });

async function bench(plan: Plan, peer: Flags['peer']): Promise<Report> {
  const [loadBefore = 0] = loadavg();
  const stopping = new AbortController();
  // Every request under way adds a listener.
  setMaxListeners(0, stopping.signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      stopping.abort(new Error(`Stopped by ${name}.`));
    });
  const progress = new Progress();
  try {
    const { signal } = stopping;
    const onStep = progress.show;
    const onLost = (message: string) => {
      stopping.abort(new Error(message));
    };
    const peerProgram =
      peer === undefined
        ? null
        : await obtainPeerProgram(peer, {
            signal,
            onProgress: (title) => {
              onStep({ kind: 'note', title });
            },
          });
    const stack = await startBenchStack(plan.server, signal, onStep, onLost);
    const measuring = new Bench(stack, plan, signal, onStep);
    try {
      return await run(
        measuring,
        loadBefore,
        peerProgram === null
          ? null
          : () => startPeer({ program: peerProgram, stack: stack.stack, signal, onStep, onLost }),
      );
    } catch (error) {
      // The reason of the stop is thrown, not the requests that it broke.
      throw signal.aborted ? signal.reason : error;
    } finally {
      measuring.close();
      await stack.destroy();
    }
  } finally {
    progress.close();
  }
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

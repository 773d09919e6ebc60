import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import type { AdoptionResource } from '../../contracts/interventions/adoption';
import { InterventionReason } from '../../contracts/interventions/intervention-codes';
import { AttentionReason } from '../../contracts/statuses';
import { ApiProblem } from '../http-client';
import type { PublicApi } from '../orders/public-api';
import { printResult, supportApi, withSupportOptions, type SupportFlags } from './support-api';

interface Flags extends SupportFlags {
  readonly allBroken?: boolean;
  readonly evenIfRunning?: boolean;
  readonly reason: InterventionReason;
}

interface Failed {
  readonly orderId: string;
  readonly error: string;
}

const PAGE = 100;

/** Registers `mallflow adopt`: replaces the workflows of orders that cannot go on. */
export function registerAdopt(program: Command): void {
  withSupportOptions(program.command('adopt [orderId]'))
    .description('replaces the workflow of an order that is gone or cannot go on by one rebuilt from the books')
    .option('--all-broken', 'adopts every order that shows workflow_failing')
    .option('--even-if-running', 'adopts an order whose workflow seems healthy, as one that does not replay')
    .addOption(
      new Option('--reason <code>', 'the reason, for the audit trail')
        .choices(Object.values(InterventionReason))
        .default(InterventionReason.operatorDecision),
    )
    .addHelpText(
      'after',
      `
Nothing is charged, booked or refunded twice: every step has its own key. The watchdog shows a broken order within a
minute (\`mallflow stuck list\`); \`mallflow replay-check\` finds those that would break at the next deployment.
The exit code is 1 when an order could not be adopted.`,
    )
    .action(async (orderId: string | undefined, flags: Flags) => {
      if ((orderId === undefined) === (flags.allBroken !== true))
        throw new Error('Name one order, or --all-broken: `mallflow adopt ord_...`, or `mallflow adopt --all-broken`.');
      const api = supportApi(flags);
      if (orderId !== undefined) {
        const adopted = await adopt(api, orderId, flags);
        printResult(flags, adopted, describe(adopted));
        return;
      }
      const { adopted, failed } = await adoptAll(api, flags);
      printResult(flags, { adopted, failed }, `${adopted.length} adopted, ${failed.length} failed.`);
      if (failed.length > 0) process.exitCode = 1;
    });
}

const adopt = (api: PublicApi, orderId: string, { reason, evenIfRunning = false }: Flags): Promise<AdoptionResource> =>
  api.adopt(randomUUID(), orderId, { reason, evenIfRunning });

/** Adopts every order that shows a failing workflow, and reports each as it is done. */
async function adoptAll(api: PublicApi, flags: Flags): Promise<{ adopted: AdoptionResource[]; failed: Failed[] }> {
  const [adopted, failed]: [AdoptionResource[], Failed[]] = [[], []];
  let cursor: string | undefined;
  do {
    const page = await api.listAttention({
      reason: AttentionReason.workflowFailing,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { orderId } of page.items) {
      try {
        const done = await adopt(api, orderId, flags);
        adopted.push(done);
        if (flags.json !== true) process.stdout.write(`  ✓ ${describe(done)}\n`);
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        failed.push({ orderId, error: error.message });
        if (flags.json !== true) process.stdout.write(`  ✗ ${orderId}: ${error.message}\n`);
      }
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { adopted, failed };
}

const describe = ({ orderId, status }: AdoptionResource): string => `${orderId} continues from the books (${status})`;

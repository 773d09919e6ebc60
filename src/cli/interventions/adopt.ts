import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import type { AdoptionResource } from '../../contracts/interventions/adoption';
import { InterventionReason } from '../../contracts/interventions/intervention-codes';
import { AttentionReason } from '../../contracts/statuses';
import { orderWorkflowId } from '../../contracts/temporal-names';
import { ApiProblem } from '../http-client';
import { pagesOf } from '../orders/pages';
import type { PublicApi } from '../orders/public-api';
import { printResult, supportApi, withSupportOptions, type SupportFlags } from './support-api';

interface Flags extends SupportFlags {
  readonly allBroken?: boolean;
  readonly evenIfRunning?: boolean;
  readonly reason: InterventionReason;
  readonly idempotencyKey?: string;
}

interface Failed {
  readonly orderId: string;
  readonly error: string;
}

/** Registers `mallflow adopt`: replaces the workflows of orders that cannot continue. */
export function registerAdopt(program: Command): void {
  withSupportOptions(program.command('adopt [orderIds...]'))
    .description('starts a new workflow for an order whose workflow is gone or failing; its state comes from the books')
    .option('--all-broken', 'adopts every order whose attention reason is workflow_failing now')
    .option('--even-if-running', 'also replaces a workflow that looks healthy, as of an order that replay-check named')
    .addOption(
      new Option('--reason <code>', 'the reason, for the audit trail')
        .choices(Object.values(InterventionReason))
        .default(InterventionReason.operatorDecision),
    )
    .option('--idempotency-key <key>', 'the key of an earlier request without an answer, for one order')
    .addHelpText(
      'after',
      `
Nothing is charged, booked or refunded twice: every step has its own key. A workflow that still runs is terminated. The
watchdog shows broken orders within a minute, at most 300 each half minute: repeat --all-broken until the list of
\`mallflow stuck list\` is empty. \`mallflow replay-check\` names those that would break at the next deployment. The
exit code is 1 when an order could not be adopted.

  mallflow adopt ord_01ARZ3NDEKTSV4RRFFQ69G5FAV
  MALLFLOW_API_KEY=... mallflow adopt --all-broken --api-url https://mall.example.com`,
    )
    .action(async (orderIds: readonly string[], flags: Flags) => {
      if (orderIds.length === 0 && flags.allBroken !== true)
        throw new Error('Name orders, or --all-broken: `mallflow adopt ord_...`, or `mallflow adopt --all-broken`.');
      if (orderIds.length > 0 && flags.allBroken === true)
        throw new Error('Name either orders or --all-broken, not both.');
      if (flags.idempotencyKey !== undefined && orderIds.length !== 1)
        throw new Error('--idempotency-key belongs to the request of one order: name that order.');
      const api = supportApi(flags);
      const { adopted, failed } = await adoptAll(api, flags.allBroken === true ? broken(api) : named(orderIds), flags);
      printResult(flags, { adopted, failed }, `${adopted.length} adopted, ${failed.length} failed.`);
      if (failed.length > 0) process.exitCode = 1;
    });
}

/** Names the orders of some ids, which may be those of their workflows. */
async function* named(ids: readonly string[]): AsyncGenerator<string> {
  const prefix = orderWorkflowId('');
  for (const id of ids) yield id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

/** Names every order that shows a failing workflow. */
async function* broken(api: PublicApi): AsyncGenerator<string> {
  const reason = AttentionReason.workflowFailing;
  for await (const { orderId } of pagesOf((page) => api.listAttention({ reason, ...page }))) yield orderId;
}

/** Adopts orders one after another, and reports each as it is done. */
async function adoptAll(
  api: PublicApi,
  orderIds: AsyncGenerator<string>,
  { reason, evenIfRunning = false, idempotencyKey, json }: Flags,
): Promise<{ adopted: AdoptionResource[]; failed: Failed[] }> {
  const [adopted, failed]: [AdoptionResource[], Failed[]] = [[], []];
  const print = (line: string): void => {
    if (json !== true) process.stdout.write(`${line}\n`);
  };
  for await (const orderId of orderIds) {
    const key = idempotencyKey ?? randomUUID();
    try {
      const done = await api.adopt(key, orderId, { reason, evenIfRunning });
      adopted.push(done);
      print(`  ✓ ${done.orderId} continues from the books (${done.status})`);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      failed.push({ orderId, error: error.message });
      print(`  ✗ ${orderId}: ${error.message}`);
    }
  }
  return { adopted, failed };
}

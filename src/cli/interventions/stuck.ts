import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import type { AttentionResource, InterventionResource } from '../../contracts/interventions/interventions';
import { AttentionReason } from '../../contracts/statuses';
import { AttendNote, InterventionReason } from '../../contracts/interventions/intervention-codes';
import type { PublicApi } from '../orders/public-api';
import { printResult, supportApi, withSupportOptions, type SupportFlags } from './support-api';

interface Flags extends SupportFlags {
  readonly reason: InterventionReason;
  readonly idempotencyKey?: string;
  readonly carrier: string;
  readonly fulfillment: string;
  readonly note?: AttendNote;
  readonly assignee?: string;
}

/** Registers `mallflow stuck`: lists the orders that need a person, and sends interventions. */
export function registerStuck(program: Command): void {
  const stuck = program
    .command('stuck')
    .description('lists the orders that need a person, and intervenes in them, over the public API');
  const verb = (name: string, description: string) => withSupportOptions(stuck.command(name).description(description));
  const intervention = (name: string, description: string) =>
    verb(name, description)
      .addOption(
        new Option('--reason <code>', 'the reason, for the audit trail')
          .choices(Object.values(InterventionReason))
          .default(InterventionReason.operatorDecision),
      )
      .option('--idempotency-key <key>', 'the key of an earlier request without an answer');

  verb('list', 'lists the orders, the longest waiting first').action(async (flags: Flags) => {
    const { items } = await supportApi(flags).listAttention({ limit: 100 });
    printResult(
      flags,
      items,
      items.length === 0 ? 'No order needs a person.' : items.map(describeAttention).join('\n'),
    );
  });
  intervention('retry <orderId>', 'retries at once the steps that wait for a provider or have failed').action(
    (orderId: string, flags: Flags) => ask(flags, (api, key) => api.retryNow(key, orderId, { reason: flags.reason })),
  );
  intervention('choose-carrier <orderId>', 'books another carrier for a packed fulfillment without a label')
    .requiredOption('--part, --fulfillment <fulfillmentId>', 'the fulfillment')
    .requiredOption('--carrier <code>', 'the carrier')
    .action((orderId: string, flags: Flags) =>
      ask(flags, (api, key) =>
        api.chooseCarrier(key, orderId, {
          reason: flags.reason,
          fulfillmentId: flags.fulfillment,
          carrierCode: flags.carrier,
        }),
      ),
    );
  intervention('hand-to-person <orderId>', 'opens a task for a person about the order')
    .alias('hand-over')
    .addOption(new Option('--note <code>', 'what to do or know').choices(Object.values(AttendNote)))
    .option('--assignee <role:id>', 'who gets the task')
    .action((orderId: string, flags: Flags) =>
      ask(flags, (api, key) =>
        api.handToPerson(key, orderId, {
          reason: flags.reason,
          ...(flags.note ? { note: flags.note } : {}),
          ...(flags.assignee === undefined ? {} : { assignee: flags.assignee }),
        }),
      ),
    );
}

async function ask(
  flags: Flags,
  send: (api: PublicApi, idempotencyKey: string) => Promise<InterventionResource>,
): Promise<void> {
  const key = flags.idempotencyKey ?? randomUUID();
  const done = await send(supportApi(flags), key);
  printResult(flags, done, describeResult(done, key));
}

function describeResult({ outcome, verb, steps, taskId }: InterventionResource, key: string): string {
  if (outcome === 'undecided')
    return `The order has not answered yet. Send the request again with --idempotency-key ${key}`;
  const retried = steps === null ? '' : `: ${steps} step(s) are retried`;
  const task = taskId === null ? '' : `: task ${taskId}`;
  return `${verb} is done${retried}${task}.`;
}

function describeAttention({ orderId, reason, since, stage, waitsFor, detail, verbs }: AttentionResource): string {
  return [
    `${orderId}  ${reason} since ${since} (${stage})${describeFailure(detail)}`,
    ...waitsFor.map((wait) => `    waits for ${wait}`),
    describeHelp(orderId, reason, verbs),
  ].join('\n');
}

function describeHelp(orderId: string, reason: AttentionReason, verbs: AttentionResource['verbs']): string {
  if (reason === AttentionReason.workflowFailing)
    return `    its workflow is gone or failing: mallflow adopt ${orderId} (docs/operations.md)`;
  return verbs.length > 0 ? `    may help: ${verbs.join(', ')}` : '    no verb applies to it now';
}

function describeFailure(detail: AttentionResource['detail']): string {
  if (detail?.step)
    return `; ${detail.step} was tried ${detail.attempts} times, last: ${detail.failure ?? 'no answer'}`;
  return detail?.failure ? `; ${detail.failure}` : '';
}

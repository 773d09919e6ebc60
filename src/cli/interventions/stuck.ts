import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import type { AttentionResource, InterventionResource } from '../../contracts/interventions/interventions';
import { AttendNote, InterventionReason } from '../../contracts/interventions/intervention-codes';
import { stateOption } from '../options';
import { PublicApi } from '../orders/public-api';
import { readApiKeys, readRunning } from '../running-stack';

interface Flags {
  readonly state: string;
  readonly apiUrl?: string;
  readonly key?: string;
  readonly json?: boolean;
  readonly reason: InterventionReason;
  readonly idempotencyKey?: string;
  readonly carrier: string;
  readonly part: string;
  readonly note?: AttendNote;
  readonly assignee?: string;
}

/** Registers `mallflow stuck`: what staff see of orders that need a person, and the verbs that move them. */
export function registerStuck(program: Command): void {
  const stuck = program
    .command('stuck')
    .description('lists the orders that need a person, and moves them, over the public API');
  const verb = (name: string, description: string) =>
    stuck
      .command(name)
      .description(description)
      .exitOverride()
      .addOption(stateOption())
      .option('--api-url <url>', "the API, when it is not the running stack's")
      .addOption(
        new Option(
          '--key <secret>',
          "an API key of the role support or platform, when it is not the running stack's",
        ).env('MALLFLOW_API_KEY'),
      )
      .option('--json', 'print one line of JSON');
  const asking = (name: string, description: string) =>
    verb(name, description)
      .addOption(
        new Option('--reason <code>', 'why, for the audit trail')
          .choices(Object.values(InterventionReason))
          .default(InterventionReason.operatorDecision),
      )
      .option('--idempotency-key <key>', 'the key of an earlier try without an answer');

  verb('list', 'lists them, the longest waiting first').action(async (flags: Flags) => {
    const { items } = await apiOf(flags).listAttention({ limit: 100 });
    print(flags, items, items.length === 0 ? 'No order needs a person.' : items.map(tellAttention).join('\n'));
  });
  asking('retry <orderId>', 'tries again at once what waits for a provider or failed for good').action(
    (orderId: string, flags: Flags) => ask(flags, (api, key) => api.retryNow(key, orderId, { reason: flags.reason })),
  );
  asking('choose-carrier <orderId>', 'books a packed part, whose label does not come, with another carrier')
    .requiredOption('--part <fulfillmentId>', 'the part')
    .requiredOption('--carrier <code>', 'the carrier')
    .action((orderId: string, flags: Flags) =>
      ask(flags, (api, key) =>
        api.chooseCarrier(key, orderId, {
          reason: flags.reason,
          fulfillmentId: flags.part,
          carrierCode: flags.carrier,
        }),
      ),
    );
  asking('hand-over <orderId>', 'opens a task for a person who sees to the order')
    .addOption(new Option('--note <code>', 'what to mind').choices(Object.values(AttendNote)))
    .option('--assignee <role:id>', 'who is asked')
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
  const done = await send(apiOf(flags), key);
  print(
    flags,
    done,
    done.outcome === 'undecided'
      ? `The order has not answered yet. Ask again with --idempotency-key ${key}`
      : `${done.verb} is done${done.steps === null ? '' : `: ${done.steps} step(s) are tried again`}${done.taskId === null ? '' : `: task ${done.taskId}`}.`,
  );
}

/** Opens the API as support does. Throws one sentence when there is no key. */
function apiOf({ state, apiUrl, key }: Flags): PublicApi {
  const secret = key ?? readApiKeys(state).support;
  if (secret === undefined)
    throw new Error(
      'There is no API key for support: give one with --key or MALLFLOW_API_KEY (`mallflow keys issue --role support`).',
    );
  return new PublicApi(apiUrl ?? readRunning(state).api, secret);
}

function print({ json }: Flags, value: unknown, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(value) : text}\n`);
}

function tellAttention({ orderId, reason, since, stage, waitsFor, detail, verbs }: AttentionResource): string {
  const tried = detail?.step
    ? `; ${detail.step} was tried ${detail.attempts} times, last: ${detail.failure ?? 'no answer'}`
    : detail?.failure
      ? `; ${detail.failure}`
      : '';
  return [
    `${orderId}  ${reason} since ${since} (${stage})${tried}`,
    ...waitsFor.map((wait) => `    waits for ${wait}`),
    `    may help: ${verbs.join(', ') || 'nothing but mending its workflow'}`,
  ].join('\n');
}

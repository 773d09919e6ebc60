import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { SAMPLE_COUPON, SAMPLE_TIER } from '../../services/catalogue/sample-promotions';
import type { OrderResource } from '../../contracts/orders/order';
import type { PlaceOrder } from '../../contracts/orders/place-order';
import type { PriceBreakdown } from '../../contracts/pricing/quote';
import type { TimelineEvent } from '../../contracts/timeline';
import { checkOut, SCENARIOS, type ScenarioName } from './demo-scenarios';
import { stateOption } from '../options';
import { People } from './simulated-people';
import { formatReceipt } from '../pricing/receipt';
import { CarrierDrivers, PublicApi } from './public-api';
import { readApiKeys, readRunning, type Running } from '../running-stack';
import { formatPaymentSummary, summarizePayments, type PaymentSummary } from './payment-summary';
import { describeEvent } from './describe-event';

interface DemoFlags {
  readonly state: string;
  readonly apiUrl?: string;
  readonly carrierUrl?: string;
  readonly timeout: number;
  readonly declined?: boolean;
  readonly refused?: boolean;
  readonly cancelled?: boolean;
  readonly json?: boolean;
}

interface Outcome {
  readonly scenario: ScenarioName;
  /** The price that the customer saw before the order. */
  readonly price: PriceBreakdown;
  readonly order: OrderResource;
  readonly events: readonly TimelineEvent[];
  readonly settlement: PaymentSummary;
  readonly undone: readonly TimelineEvent[];
  readonly faults: readonly string[];
}

/** Registers `mallflow demo`. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('plays storefront, warehouse staff and carrier against the running stack, over its public API')
    .addOption(stateOption())
    .option('--api-url <url>', "the API, when it is not the running stack's")
    .option('--carrier-url <url>', "the sandbox carrier, when it is not the running stack's")
    .addOption(new Option('--timeout <seconds>', 'how long it may take').default(60).argParser(seconds))
    .addOption(new Option('--declined', 'the payment is declined').conflicts(['refused', 'cancelled']))
    .addOption(new Option('--refused', 'the recipient refuses the parcels').conflicts(['cancelled']))
    .option('--cancelled', 'the customer cancels before the hand-over')
    .option('--json', 'print one JSON object at the end')
    .action(async (flags: DemoFlags) => {
      const outcome = await demo(
        flags,
        flags.json === true
          ? () => undefined
          : (line) => {
              process.stdout.write(`${line}\n`);
            },
      );
      process.stdout.write(
        flags.json === true
          ? `${JSON.stringify({ ...outcome, ok: outcome.faults.length === 0 })}\n`
          : `${printEnd(outcome)}\n`,
      );
      if (outcome.faults.length > 0) process.exitCode = 1;
    });
}

async function demo(flags: DemoFlags, say: (line: string) => void): Promise<Outcome> {
  const running = readRunning(flags.state);
  const scenario = scenarioOf(flags);
  const { title, token, play, ends, undoes } = SCENARIOS[scenario];
  const limit = AbortSignal.timeout(flags.timeout * 1000);
  const ended = new AbortController();
  const signal = AbortSignal.any([limit, ended.signal]);
  const apiUrl = flags.apiUrl ?? running.api;
  const { storefront, warehouses } = callers(flags.state, running, (key) => new PublicApi(apiUrl, key, signal));
  const drivers = new CarrierDrivers(
    flags.carrierUrl ?? running.carrier,
    running.environment.CARRIER_API_KEY ?? '',
    signal,
  );
  const run = randomUUID();
  const intent = (act: string) => `demo:${run}:${act}`;
  const people = new People(storefront, warehouses, drivers, intent, flags.timeout * 1000);

  say(`${title}.\n`);
  try {
    const cart = sampleOrder(running, token, run);
    const price = await storefront.quote(intent('quote'), {
      customer: cart.customer,
      currency: cart.currency,
      lines: cart.lines,
      couponCodes: [SAMPLE_COUPON],
      country: cart.recipient.address.country,
    });
    say(`${formatReceipt(price)}\n`);
    // The order names the total and the coupons that the customer saw: it is refused when they have changed.
    const couponCodes = price.rules.flatMap(({ couponCode }) => couponCode ?? []);
    const orderId = await checkOut(() =>
      storefront.placeOrder(intent('place'), { ...cart, couponCodes, total: price.total }),
    );
    const [events] = await Promise.all([
      printTimeline(storefront, orderId, say),
      play(orderId, people, storefront, intent),
    ]);
    const order = await storefront.getOrder(orderId);
    const undone = events.filter(({ type }) => UNDOING.includes(type));
    const paymentSummary = summarizePayments(order);
    const missing = undoes.filter((type) => !undone.some((event) => event.type === type));
    return {
      scenario,
      price,
      order,
      events,
      settlement: paymentSummary,
      undone,
      faults: [
        ...(order.status === ends ? [] : [`the order is ${order.status}, not ${ends}`]),
        ...missing.map((type) => `the timeline has no ${type}`),
        ...paymentSummary.faults,
      ],
    };
  } catch (error) {
    if (!limit.aborted) throw error;
    const late = `The demo did not end within ${flags.timeout} s`;
    throw new Error(`${late}: look at the order in ${running.api}, or allow more time with --timeout.`, {
      cause: error,
    });
  } finally {
    // Nobody follows the timeline any more when the play has failed.
    ended.abort();
  }
}

function scenarioOf({ declined, refused, cancelled }: DemoFlags): ScenarioName {
  if (declined === true) return 'declined';
  if (refused === true) return 'refused';
  return cancelled === true ? 'cancelled' : 'completed';
}

/** The types of event that show what was undone. */
const UNDOING: readonly string[] = [
  'stock.released',
  'stock.restocked',
  'payment.voided',
  'payment.refunded',
  'shipment.voided',
  'payment.abandoned',
];

/** Prints a timeline line by line until its order has ended, and answers its events. */
async function printTimeline(
  storefront: PublicApi,
  orderId: string,
  say: (line: string) => void,
): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  for await (const event of storefront.follow(orderId)) {
    events.push(event);
    say(describeEvent(event, (events[0] ?? event).at));
  }
  return events;
}

/** Opens the API for the storefront and every warehouse. Throws one sentence when their keys are missing. */
function callers(
  stateFolder: string,
  running: Running,
  open: (key: string) => PublicApi,
): { storefront: PublicApi; warehouses: PublicApi[] } {
  const keys = readApiKeys(stateFolder);
  const storefront = running.sample?.storefrontKey ?? keys.storefront;
  const warehouses = Object.entries(keys)
    .filter(([label]) => label.startsWith('warehouse:'))
    .map(([, key]) => open(key));
  if (storefront === undefined || warehouses.length === 0)
    throw new Error(
      'The API keys of the sample mall are not in the state folder: start the stack with its sample mall first.',
    );
  return { storefront: open(storefront), warehouses };
}

function sampleOrder({ sample }: Running, token: string, run: string): z.input<typeof PlaceOrder> {
  if (sample === null) throw new Error('The running stack has no sample mall to order from.');
  return {
    reference: `demo-${run.slice(0, 8)}`,
    customer: { reference: 'demo-customer', memberTier: SAMPLE_TIER },
    currency: sample.currency,
    lines: sample.skuIds.map((skuId, index) => ({ skuId, quantity: index + 1 })),
    recipient: {
      name: 'Sample Recipient',
      phone: '+86 138 0013 8000',
      address: {
        country: 'CN',
        region: '广东省',
        city: '深圳市',
        district: '南山区',
        line1: '样品路1号',
        postcode: '518057',
      },
    },
    urgency: 'urgent',
    gift: { message: 'With the best wishes' },
    payment: { method: 'card', token },
  };
}

function printEnd({ order, settlement: paymentSummary, undone, faults, events }: Outcome): string {
  const first = events[0];
  return [
    '',
    `${order.id}: ${order.status}`,
    '',
    formatPaymentSummary(paymentSummary),
    ...(undone.length > 0 && first ? ['', 'Undone:', ...undone.map((event) => describeEvent(event, first.at))] : []),
    ...(faults.length > 0 ? ['', `Unexpected: ${faults.join('; ')}.`] : []),
    '',
  ].join('\n');
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3_600)) throw new InvalidArgumentError('A number of seconds up to 3600.');
  return value;
}

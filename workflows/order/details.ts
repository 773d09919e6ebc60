import type { InterventionVerb } from '../../src/contracts/interventions/intervention-codes';
import { OrderStatus, Stage, type AttentionReason, type FulfillmentStatus } from '../../src/contracts/statuses';
import {
  availableActions,
  FULFILLMENT_WAITS,
  ORDER_WAITS,
  type OrderStanding,
} from '../../src/domain/interventions/available-actions';

/** Describes a running order as far as staff see it. */
export interface OrderView {
  readonly status: OrderStatus;
  readonly stage: Stage;
  readonly attention: AttentionReason | null;
  /** The day by which a backorder's last unit is expected, as an ISO date. */
  readonly agreedOn: string | undefined;
  /** Steps that failed, and are tried again. */
  readonly failing: readonly { readonly step: string; readonly tries: number; readonly retryAt: number | null }[];
  readonly fulfillments: readonly FulfillmentView[];
  readonly standing: OrderStanding;
}

export interface FulfillmentView {
  readonly id: string;
  readonly status: FulfillmentStatus;
  /** It waits for a label that another carrier could give. */
  readonly awaitsLabel: boolean;
}

const CHOICES: Readonly<Record<InterventionVerb, string>> = {
  retryNow: 'Retry now',
  chooseCarrier: 'Book with another carrier',
  cancelOrder: 'Cancel the order',
  handToPerson: 'Hand to a person',
};

/** Writes, as Markdown, an order's status, its waits, and the Updates that it takes. The Web UI shows it. */
export function orderDetails(order: OrderView): string {
  const waits = orderWaits(order).map((wait) => `- ${wait}`);
  const verbs = verbsOf(order);
  return [
    `**${order.status}** (${order.stage})`,
    ...(order.attention ? [`Needs a person: **${order.attention}**`] : []),
    ...(waits.length > 0 ? ['Waits for:', waits.join('\n')] : []),
    ...(verbs.length > 0 ? ['What staff can do:', verbs.join('\n')] : []),
  ].join('\n\n');
}

/** Lists what an order waits for in plain words, each with the message that ends the wait. */
export function orderWaits(order: OrderView): string[] {
  if (order.stage === Stage.closed) return [];
  return [...order.failing.map(failingWait), ...statusWaits(order)];
}

/** Says that a step failed, and what ends that. A step without a time to try it again needs a person. */
function failingWait({ step, tries, retryAt }: OrderView['failing'][number]): string {
  const times = tries === 1 ? 'once' : `${tries} times`;
  return retryAt === null
    ? `Step ${step}, which cannot succeed by itself. Correct its cause, then send Update \`retryNow\``
    : `Step ${step}, which failed ${times} and is tried again by itself. Nothing to do; \`retryNow\` tries it at once`;
}

function statusWaits({ status, agreedOn, fulfillments }: OrderView): string[] {
  switch (status) {
    case OrderStatus.cancelling:
      return [`${ORDER_WAITS.cancelling}. Nothing to do`];
    case OrderStatus.draft:
      return [`${ORDER_WAITS.draft}. Nothing to do`];
    case OrderStatus.awaitingAddress:
      return [
        `${ORDER_WAITS.awaiting_address}. Ends when the address is corrected (` +
          "`PUT /v1/orders/{id}/recipient`, or the customer's link, sends Signal `addressMended`) or at the deadline",
      ];
    case OrderStatus.awaitingPayment:
      return [
        `${ORDER_WAITS.awaiting_payment}. Ends with Signal \`paymentSettled\`, another payment ` +
          '(`POST /v1/orders/{id}/payments`), or the end of the window',
      ];
    case OrderStatus.awaitingStock:
      return [
        `${ORDER_WAITS.awaiting_stock}${byDay(agreedOn)}. ` +
          'Ends when goods are received (`POST /v1/stock/receipts`), which sends Signal `backorderFilled`',
      ];
    default:
      return fulfillments.flatMap(fulfillmentWaits);
  }
}

const byDay = (agreedOn: string | undefined): string => (agreedOn === undefined ? '' : `, by ${agreedOn}`);

function fulfillmentWaits({ id, status }: FulfillmentView): string[] {
  const wait = FULFILLMENT_WAITS[status];
  return wait === undefined ? [] : [`${id}: ${wait}. Ends with ${endOfWait(id, status)}`];
}

function endOfWait(id: string, status: FulfillmentStatus): string {
  const signal = (name: string, more = '') => `Signal \`${name}\` \`{"fulfillmentId":"${id}"${more}}\``;
  switch (status) {
    case 'released':
      return `the pack task, or ${signal('parcelPacked')}`;
    case 'packed':
      return "the carrier's answer; nothing to do";
    case 'labelled':
      return `the hand-over, or ${signal('parcelHandedOver')}`;
    case 'handed_over':
      return `the carrier's scan, or ${signal('carrierReported', ',"scan":"signed"')}`;
    case 'cancelling':
      return "the carrier's and the gateway's answers; nothing to do";
    default:
      return `the carrier's scan, or ${signal('carrierReported', ',"scan":"returned"')}`;
  }
}

/** Lists the Updates that an order takes as it is now, to be typed as they are. */
function verbsOf({ standing, fulfillments }: OrderView): string[] {
  const awaitsLabel = fulfillments.find((fulfillment) => fulfillment.awaitsLabel)?.id;
  return availableActions(standing).map((verb) => {
    const carrier = verb === 'chooseCarrier' ? `"fulfillmentId":"${awaitsLabel}","carrierCode":"<code>",` : '';
    const input = `{${carrier}"reason":"operator_decision","actor":"support:<who>"}`;
    return `- ${CHOICES[verb]}: Update \`${verb}\` \`${input}\``;
  });
}

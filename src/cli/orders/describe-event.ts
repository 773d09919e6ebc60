import type { TimelineEvent, TimelineEventType } from '../../contracts/timeline';
import { showAmount } from '../show-amount';

type Data = TimelineEvent['data'];

const text = (data: Data, name: string): string =>
  typeof data[name] === 'string' || typeof data[name] === 'number' ? String(data[name]) : '';
const money = (data: Data): string =>
  typeof data.amount === 'number' && typeof data.currency === 'string'
    ? `${showAmount(data.amount, data.currency)} `
    : '';
const count = (data: Data, name: string): number => (Array.isArray(data[name]) ? data[name].length : 0);
/** Shortens an id to its end, in which ids of one minute differ. */
const brief = (id: string): string => id.slice(-6);
const fulfillment = (data: Data): string => `fulfillment …${brief(text(data, 'fulfillmentId'))}`;

/** Names a task: with its fulfillment where it has one, as other tasks are about the whole order. */
const task = (data: Data): string =>
  text(data, 'fulfillmentId') ? `${fulfillment(data)}: ${text(data, 'kind')}` : text(data, 'kind');

const scan = (data: Data): string => {
  const [name, place] = [text(data, 'scan').replaceAll('_', ' '), text(data, 'place')];
  const said = place ? `${name}, ${place}` : name;
  return data.contradicts === true ? `${said}; it contradicts what is known, and a person looks at it` : said;
};

/** Describes each type of event for a person. */
const SENTENCES: Readonly<Record<TimelineEventType, (data: Data) => string>> = {
  'order.received': () => "The storefront's order was received",
  'order.backordered': (data) => `The order waits for stock, expected by ${text(data, 'agreedOn')}`,
  'order.accepted': () => 'The order is accepted',
  'order.rejected': (data) => `The order was rejected: ${text(data, 'code')}`,
  'order.shipped': () => 'Everything is with a carrier',
  'order.completed': () => 'The order is complete',
  'order.returned': () => 'Everything that was not cancelled came back',
  'order.cancellation_requested': (data) => `A cancellation was requested: ${text(data, 'reason')}`,
  'order.cancellation_too_late': (data) => `${fulfillment(data)}: its carrier already has it, so the order continues`,
  'order.adopted': (data) => `The order's workflow was replaced by one rebuilt from the books: ${text(data, 'reason')}`,
  'order.cancelled': (data) => `The order is cancelled: ${text(data, 'reason')}`,
  'address.held': (data) =>
    `The address cannot be delivered to (${count(data, 'findings')} field(s)): ` +
    `the customer may correct it until ${text(data, 'until')}`,
  'address.notified': (data) =>
    `The customer was notified by ${text(data, 'channel')}${data.number === 1 ? '' : ' again'}`,
  'address.notice_refused': (data) => `The customer could not be notified by ${text(data, 'channel')}`,
  'address.mended': () => 'The address was corrected',
  'stock.reserved': (data) =>
    `${data.reoffered === true ? 'Goods arrived: stock' : 'Stock'} is reserved for ${count(data, 'parts')} line(s)`,
  'stock.backordered': (data) =>
    `${count(data, 'lines')} line(s) are backordered, expected by ${text(data, 'agreedOn')}`,
  'stock.short': () => 'There is not enough stock',
  'stock.released': () => 'The reserved stock is free again',
  'stock.restocked': (data) => `${fulfillment(data)}: its goods are back on the shelf`,
  'payment.action_required': (data) => `The customer has to act on the payment: ${text(data, 'action')}`,
  'payment.authorized': (data) => `${money(data)}authorized by the gateway`,
  'payment.declined': (data) => `The gateway declined: ${text(data, 'declineCode')}`,
  'payment.abandoned': () => 'The payment was abandoned',
  'payment.captured': (data) => `${fulfillment(data)}: ${money(data)}captured`,
  'payment.voided': (data) => `${money(data)}of the authorization voided`,
  'payment.refunded': (data) => `${fulfillment(data)}: ${money(data)}refunded`,
  'fulfillment.released': (data) => `${fulfillment(data)}: released to its warehouse`,
  'fulfillment.packed': (data) => `${fulfillment(data)}: packed, ${text(data, 'weightG')} g`,
  'fulfillment.delivered': (data) => `${fulfillment(data)}: delivered and signed for`,
  'fulfillment.returned': (data) => `${fulfillment(data)}: returned`,
  'fulfillment.cancelled': (data) => `${fulfillment(data)}: cancelled`,
  'retry.requested': (data) => `Stuck steps were retried: ${text(data, 'reason')}`,
  'carrier.chosen': (data) =>
    `${fulfillment(data)}: ${text(data, 'carrierCode')} was chosen by a person: ${text(data, 'reason')}`,
  'task.opened': (data) => `The order was handed to a person: ${text(data, 'reason')}`,
  'task.claimed': (data) => `${task(data)} claimed`,
  'task.done': (data) => `${task(data)} done`,
  'shipment.booked': (data) =>
    `${fulfillment(data)}: label bought from ${text(data, 'carrierCode')}, ${text(data, 'trackingNumber')}`,
  'shipment.voided': (data) => `${fulfillment(data)}: label voided`,
  'shipment.handed_over': (data) => `${fulfillment(data)}: handed to the driver`,
  'shipment.scanned': (data) => `${fulfillment(data)}: ${scan(data)}`,
  'attention.raised': (data) => `The order needs a person: ${text(data, 'reason')}`,
  'attention.cleared': (data) => `The order no longer needs a person: ${text(data, 'reason')}`,
};

/** Describes an event in one line: the time since the first one, its type, what happened, and who did it. */
export function describeEvent(event: TimelineEvent, firstAt: string): string {
  const elapsed = ((Date.parse(event.at) - Date.parse(firstAt)) / 1000).toFixed(2);
  const who = event.actor.split(':')[0] ?? event.actor;
  const sentence = SENTENCES[event.type](event.data);
  const actor = who === 'system' ? '' : ` (${who})`;
  return `${`+${elapsed} s`.padStart(10)}  ${event.type.padEnd(28)}  ${sentence}${actor}`;
}

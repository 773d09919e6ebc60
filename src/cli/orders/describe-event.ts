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
/** The end of an id is what differs between ids of one minute. */
const brief = (id: string): string => id.slice(-6);
const part = (data: Data): string => `part …${brief(text(data, 'fulfillmentId'))}`;

/** Work on a parcel is told with its part; other work is about the whole order. */
const task = (data: Data): string =>
  text(data, 'fulfillmentId') ? `${part(data)}: ${text(data, 'kind')}` : text(data, 'kind');

/** What each kind of event says to a person. */
const SENTENCES: Readonly<Record<TimelineEventType, (data: Data) => string>> = {
  'order.received': () => "The storefront's order was received",
  'order.backordered': (data) => `The order waits for goods, until ${text(data, 'agreedOn')}`,
  'order.accepted': () => 'The order is accepted',
  'order.rejected': (data) => `The order was rejected: ${text(data, 'code')}`,
  'order.shipped': () => 'Everything is with a carrier',
  'order.completed': () => 'The order is complete',
  'order.returned': () => 'Everything came back',
  'order.cancellation_requested': (data) => `A cancellation was asked for: ${text(data, 'reason')}`,
  'order.cancelled': (data) => `The order is cancelled: ${text(data, 'reason')}`,
  'address.held': (data) =>
    `The address cannot be delivered to (${count(data, 'findings')} field(s)): the customer may mend it until ${text(data, 'until')}`,
  'address.notified': (data) => `The customer was told by ${text(data, 'channel')}${data.number === 1 ? '' : ' again'}`,
  'address.notice_refused': (data) => `The customer cannot be told by ${text(data, 'channel')}`,
  'address.mended': () => 'The address was mended',
  'stock.reserved': (data) =>
    `${data.reoffered === true ? 'Goods came: stock' : 'Stock'} is held for ${count(data, 'parts')} line(s)`,
  'stock.backordered': (data) => `${count(data, 'lines')} line(s) are owed, by ${text(data, 'agreedOn')}`,
  'stock.short': () => 'There is not enough stock',
  'stock.released': () => 'The stock that was held is free again',
  'stock.restocked': (data) => `${part(data)}: its goods are back on the shelf`,
  'payment.action_required': (data) => `The customer has to act on the payment: ${text(data, 'action')}`,
  'payment.authorized': (data) => `${money(data)}authorized by the gateway`,
  'payment.declined': (data) => `The gateway declined: ${text(data, 'declineCode')}`,
  'payment.abandoned': () => 'The payment was given up',
  'payment.captured': (data) => `${part(data)}: ${money(data)}captured`,
  'payment.voided': (data) => `${money(data)}of the authorization voided`,
  'payment.refunded': (data) => `${part(data)}: ${money(data)}refunded`,
  'fulfillment.released': (data) => `${part(data)}: released to its warehouse`,
  'fulfillment.packed': (data) => `${part(data)}: packed, ${text(data, 'weightG')} g`,
  'fulfillment.delivered': (data) => `${part(data)}: delivered and signed for`,
  'fulfillment.returned': (data) => `${part(data)}: returned`,
  'fulfillment.cancelled': (data) => `${part(data)}: cancelled`,
  'retry.requested': (data) => `Stuck steps were set going again: ${text(data, 'reason')}`,
  'carrier.chosen': (data) =>
    `${part(data)}: ${text(data, 'carrierCode')} was chosen by a person: ${text(data, 'reason')}`,
  'task.opened': (data) => `The order was handed to a person: ${text(data, 'reason')}`,
  'task.claimed': (data) => `${task(data)} claimed`,
  'task.done': (data) => `${task(data)} done`,
  'shipment.booked': (data) =>
    `${part(data)}: label bought from ${text(data, 'carrierCode')}, ${text(data, 'trackingNumber')}`,
  'shipment.voided': (data) => `${part(data)}: label voided`,
  'shipment.handed_over': (data) => `${part(data)}: handed to the driver`,
  'shipment.scanned': (data) =>
    `${part(data)}: ${text(data, 'scan').replaceAll('_', ' ')}${text(data, 'place') ? `, ${text(data, 'place')}` : ''}`,
  'attention.raised': (data) => `A person should look: ${text(data, 'reason')}`,
  'attention.cleared': (data) => `No longer needs a person: ${text(data, 'reason')}`,
};

/** Says an event in one line: when since the first one, what kind, what happened, who did it. */
export function describeEvent(event: TimelineEvent, firstAt: string): string {
  const elapsed = ((Date.parse(event.at) - Date.parse(firstAt)) / 1000).toFixed(2);
  const who = event.actor.split(':')[0] ?? event.actor;
  return `${`+${elapsed} s`.padStart(10)}  ${event.type.padEnd(28)}  ${SENTENCES[event.type](event.data)}${who === 'system' ? '' : ` (${who})`}`;
}

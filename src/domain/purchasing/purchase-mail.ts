/** What is asked of a supplier, as it stands in a mail: no more than this may be in it. */
export interface PurchaseOrder {
  /** The number of the purchase order: the same one by whatever way it comes. */
  readonly number: string;
  readonly supplierCode: string;
  readonly skuCode: string;
  readonly quantity: number;
  readonly shipTo: {
    readonly code: string;
    readonly country: string;
    readonly city: string;
    readonly postcode: string;
  };
}

/**
 * What is known of the same order sent online before: never sent, not there when the supplier was asked by key, or not
 * to be found out.
 */
export type OnlineOutcome = 'not_sent' | 'not_received' | 'unknown';

const FATES: Readonly<Record<OnlineOutcome, string>> = {
  not_sent: '',
  not_received:
    'Your system could not take this order online, so it comes by mail. Should it turn up there after all, under the same number, it is one order: please do not deliver twice.',
  unknown:
    'We also sent this order to your system online and could not find out whether it arrived. Under the same number it is one order: please do not deliver twice.',
};

const linesOf = ({ number, supplierCode, skuCode, quantity, shipTo }: PurchaseOrder): string[] => [
  `Purchase order: ${number}`,
  `Supplier: ${supplierCode}`,
  `Article: ${skuCode}`,
  `Quantity: ${quantity}`,
  `Deliver to: warehouse ${shipTo.code}, ${shipTo.postcode} ${shipTo.city}, ${shipTo.country}`,
];

const ASK =
  'Please answer with the number of the purchase order, the quantity that you send and the day on which it arrives.';

const mailOf = (
  subject: string,
  lead: string,
  order: PurchaseOrder,
  note: string,
): { subject: string; text: string } => ({
  subject,
  text: [lead, linesOf(order).join('\n'), ...(note === '' ? [] : [note]), ASK].join('\n\n') + '\n',
});

/** Writes a purchase order as a mail. */
export const writePurchase = (order: PurchaseOrder, fate: OnlineOutcome): { subject: string; text: string } =>
  mailOf(`Purchase order ${order.number}`, 'Please supply:', order, FATES[fate]);

/** Writes a reminder of a purchase order that its supplier has not answered; `number` counts from 1. */
export const writePurchaseReminder = (order: PurchaseOrder, number: number): { subject: string; text: string } =>
  mailOf(
    `Reminder ${number}: purchase order ${order.number}`,
    'You have not told us yet what you send of this order:',
    order,
    'It is the order that you have from us already, not another one.',
  );

/** Describes everything that a purchase order's mail may say to the supplier. */
export interface PurchaseOrder {
  /** The purchase order's number, the same online and by mail. */
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
 * Names the outcome of sending the purchase order online before the mail. `not_received` is the supplier's own answer
 * to a query by key.
 */
export type OnlineOutcome = 'not_sent' | 'not_received' | 'unknown';

const NOTES: Readonly<Record<OnlineOutcome, string>> = {
  not_sent: '',
  not_received:
    'Your system could not take this order online, so it comes by mail. ' +
    'Should it turn up there after all, under the same number, it is one order: please do not deliver twice.',
  unknown:
    'We also sent this order to your system online and could not find out whether it arrived. ' +
    'Under the same number it is one order: please do not deliver twice.',
};

const linesOf = ({ number, supplierCode, skuCode, quantity, shipTo }: PurchaseOrder): string[] => [
  `Purchase order: ${number}`,
  `Supplier: ${supplierCode}`,
  `Article: ${skuCode}`,
  `Quantity: ${quantity}`,
  `Deliver to: warehouse ${shipTo.code}, ${shipTo.postcode} ${shipTo.city}, ${shipTo.country}`,
];

const REQUEST =
  'Please answer with the number of the purchase order, the quantity that you send and the day on which it arrives.';

const mailOf = (
  subject: string,
  lead: string,
  order: PurchaseOrder,
  note: string,
): { subject: string; text: string } => ({
  subject,
  text: [lead, linesOf(order).join('\n'), ...(note === '' ? [] : [note]), REQUEST].join('\n\n') + '\n',
});

/** Writes a purchase order as a mail. */
export const writePurchaseMail = (order: PurchaseOrder, online: OnlineOutcome): { subject: string; text: string } =>
  mailOf(`Purchase order ${order.number}`, 'Please supply:', order, NOTES[online]);

/** Writes a reminder of a purchase order that its supplier has not answered; `number` counts from 1. */
export const writePurchaseReminder = (order: PurchaseOrder, number: number): { subject: string; text: string } =>
  mailOf(
    `Reminder ${number}: purchase order ${order.number}`,
    'You have not answered yet how much of this order you send:',
    order,
    'It is the order that you have from us already, not another one.',
  );

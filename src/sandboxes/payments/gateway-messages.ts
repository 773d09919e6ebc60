import { z } from 'zod';
import { Currency, MAX_AMOUNT } from '../../contracts/money';

const key = z.string().min(1).max(200);
const amount = z.int().min(1).max(MAX_AMOUNT);

export const MoveKind = { capture: 'capture', void: 'void', refund: 'refund' } as const;
export type MoveKind = (typeof MoveKind)[keyof typeof MoveKind];

export const AuthorizeBody = z.strictObject({
  key,
  orderId: z.string().min(1).max(100),
  method: z.string().min(1).max(50),
  token: z.string().min(1).max(255),
  amount,
  currency: Currency,
});
export type AuthorizeBody = z.infer<typeof AuthorizeBody>;

/** Requests a capture, void or refund; without a currency, in that of the authorization. */
export const MoveBody = z.strictObject({ key, amount, currency: Currency.optional() });
export type MoveBody = z.infer<typeof MoveBody>;

export const ActionBody = z.strictObject({ approve: z.boolean() });

const at = z.iso.datetime();

/** Describes one entry of the gateway's journal. It has a `fingerprint` of each request, no tokens or personal data. */
export const GatewayEntry = z.discriminatedUnion('entry', [
  z.strictObject({
    entry: z.literal('authorize'),
    key,
    id: z.string(),
    fingerprint: z.string(),
    orderId: z.string(),
    amount,
    currency: Currency,
    outcome: z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('authorized') }),
      z.strictObject({ status: z.literal('declined'), declineCode: z.string() }),
      z.strictObject({ status: z.literal('action_required'), action: z.enum(['redirect', 'qr_code']), expiresAt: at }),
    ]),
    at,
  }),
  z.strictObject({
    entry: z.literal('move'),
    kind: z.enum(Object.values(MoveKind) as [MoveKind, ...MoveKind[]]),
    key,
    id: z.string(),
    authorization: z.string(),
    fingerprint: z.string(),
    amount,
    currency: Currency,
    /** Set when the gateway's money rules forbade the move: nothing moved. */
    refused: z.string().optional(),
    at,
  }),
  z.strictObject({
    entry: z.literal('action'),
    authorization: z.string(),
    approved: z.boolean(),
    eventId: z.string(),
    at,
  }),
  /** The shop abandoned an authorization that still waited for the customer. */
  z.strictObject({ entry: z.literal('cancelled'), authorization: z.string(), at }),
  /** The receiver accepted the webhook. */
  z.strictObject({ entry: z.literal('sent'), eventId: z.string() }),
]);
export type GatewayEntry = z.infer<typeof GatewayEntry>;
export type AuthorizeEntry = Extract<GatewayEntry, { entry: 'authorize' }>;
export type MoveEntry = Extract<GatewayEntry, { entry: 'move' }>;
export type ActionEntry = Extract<GatewayEntry, { entry: 'action' }>;

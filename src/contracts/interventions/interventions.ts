import { z } from 'zod';
import type { ErrorCode } from '../errors';
import { FulfillmentId, OrderId, TaskId } from '../ids';
import { oneOf } from '../one-of';
import { ACTOR, AttendNote, CARRIER_CODE, InterventionReason, InterventionVerb } from './intervention-codes';
import { AttentionReason, OrderStatus, Stage } from '../statuses';

const Actor = z.string().regex(ACTOR, 'must be like support:<who>');

const reason = oneOf(InterventionReason);

/** The body of `POST /v1/orders/{id}/retry`. */
export const RetryNow = z.strictObject({ reason }).meta({ id: 'RetryNow' });
export type RetryNow = z.infer<typeof RetryNow>;

/** The body of `POST /v1/orders/{id}/carrier-choice`. */
export const ChooseCarrier = z
  .strictObject({
    fulfillmentId: FulfillmentId,
    carrierCode: z.string().regex(CARRIER_CODE).describe('One that reaches the destination and lifts the parcel'),
    reason,
  })
  .meta({ id: 'ChooseCarrier' });
export type ChooseCarrier = z.infer<typeof ChooseCarrier>;

/** The body of `POST /v1/orders/{id}/attendance`. */
export const HandToPerson = z
  .strictObject({
    reason,
    note: oneOf(AttendNote).optional(),
    assignee: Actor.optional().describe('Who is asked; anybody of the role may take it'),
  })
  .meta({ id: 'HandToPerson' });
export type HandToPerson = z.infer<typeof HandToPerson>;

/** What people of the mall ask of an order, by the name of the Update. Cancelling it, customers may ask as well. */
export interface InterventionRequest {
  readonly retryNow: RetryNow;
  readonly chooseCarrier: ChooseCarrier;
  readonly handToPerson: HandToPerson;
}

/** What somebody asks of an order, and who: the arguments of the Updates. */
export type By<Verb> = Verb & { readonly actor: string };

/** What a verb came to: references and codes. */
export type InterventionVerdict =
  | { readonly outcome: 'retried'; readonly steps: number }
  | { readonly outcome: 'carrier_chosen' }
  | { readonly outcome: 'handed'; readonly taskId: string }
  | { readonly outcome: 'refused'; readonly code: ErrorCode };

/** What asking an order to do something came to. */
export const InterventionResource = z
  .strictObject({
    orderId: OrderId,
    verb: oneOf(InterventionVerb),
    outcome: z.enum(['done', 'undecided']),
    steps: z.int().nullable().describe('Of retryNow: how many steps are being tried again'),
    taskId: TaskId.nullable().describe('Of handToPerson: the task'),
  })
  .meta({ id: 'Intervention' });
export type InterventionResource = z.infer<typeof InterventionResource>;

/** What the watchdog saw of an order: codes and counts. */
export const AttentionDetail = z.strictObject({
  step: z
    .string()
    .nullable()
    .describe('The activity that is tried again and again; null when it is the workflow itself, or nothing'),
  attempts: z.int().nullable().describe('How often it was tried'),
  failure: z
    .string()
    .nullable()
    .describe('The type of its last failure, or the code of what is wrong with the workflow'),
  overdueSince: z.iso.datetime().nullable().describe('When the stage should have ended'),
});
export type AttentionDetail = z.infer<typeof AttentionDetail>;

/** One order that needs a person. */
export const AttentionResource = z
  .strictObject({
    orderId: OrderId,
    reason: oneOf(AttentionReason),
    since: z.iso.datetime(),
    status: oneOf(OrderStatus),
    stage: oneOf(Stage),
    stageSince: z.iso.datetime(),
    waitsFor: z.array(z.string()).describe('In plain words, part by part'),
    detail: AttentionDetail.nullable().describe('What the watchdog saw; null when it saw nothing'),
    taskId: TaskId.nullable().describe('The task of the person it was handed to'),
    verbs: z.array(oneOf(InterventionVerb)).describe('Which would help as it stands'),
  })
  .meta({ id: 'Attention' });
export type AttentionResource = z.infer<typeof AttentionResource>;

/** The query of `GET /v1/attention`. The longest waiting first. */
export const ListAttention = z.strictObject({
  reason: oneOf(AttentionReason).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});
export type ListAttention = z.infer<typeof ListAttention>;

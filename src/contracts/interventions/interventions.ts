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
    carrierCode: z
      .string()
      .regex(CARRIER_CODE)
      .describe('A carrier that serves the destination and takes parcels of this weight'),
    reason,
  })
  .meta({ id: 'ChooseCarrier' });
export type ChooseCarrier = z.infer<typeof ChooseCarrier>;

/** The body of `POST /v1/orders/{id}/attendance`. */
export const HandToPerson = z
  .strictObject({
    reason,
    note: oneOf(AttendNote).optional(),
    assignee: Actor.optional().describe('The person who should do it; anybody of the role may take it'),
  })
  .meta({ id: 'HandToPerson' });
export type HandToPerson = z.infer<typeof HandToPerson>;

/** Maps the Update of each intervention to its request. Cancellation is not here: customers request it too. */
export interface InterventionRequest {
  readonly retryNow: RetryNow;
  readonly chooseCarrier: ChooseCarrier;
  readonly handToPerson: HandToPerson;
}

/** Adds the actor to a request: the argument of an Update. */
export type ByActor<Verb> = Verb & { readonly actor: string };

/** Reports the outcome of an intervention, in references and codes. */
export type InterventionVerdict =
  | { readonly outcome: 'retried'; readonly steps: number }
  | { readonly outcome: 'carrier_chosen' }
  | { readonly outcome: 'handed'; readonly taskId: string }
  | { readonly outcome: 'refused'; readonly code: ErrorCode };

/** Answers an intervention over HTTP. */
export const InterventionResource = z
  .strictObject({
    orderId: OrderId,
    verb: oneOf(InterventionVerb),
    outcome: z.enum(['done', 'undecided']),
    steps: z.int().nullable().describe('For retryNow: how many steps are tried again'),
    taskId: TaskId.nullable().describe('For handToPerson: the task'),
  })
  .meta({ id: 'Intervention' });
export type InterventionResource = z.infer<typeof InterventionResource>;

/** Reports the watchdog's finding about an order, in codes and counts. */
export const AttentionDetail = z.strictObject({
  step: z
    .string()
    .nullable()
    .describe('The Activity that keeps failing; null when the workflow itself fails, or nothing does'),
  attempts: z.int().nullable().describe('How often the step was tried'),
  failure: z.string().nullable().describe('The type of the last failure, or a code for the fault of the workflow'),
  overdueSince: z.iso.datetime().nullable().describe('When the stage should have ended'),
});
export type AttentionDetail = z.infer<typeof AttentionDetail>;

/** Describes an order that needs a person. */
export const AttentionResource = z
  .strictObject({
    orderId: OrderId,
    reason: oneOf(AttentionReason),
    since: z.iso.datetime(),
    status: oneOf(OrderStatus),
    stage: oneOf(Stage),
    stageSince: z.iso.datetime(),
    waitsFor: z.array(z.string()).describe('In plain words, fulfillment by fulfillment'),
    detail: AttentionDetail.nullable().describe('What the watchdog found; null when it found nothing'),
    taskId: TaskId.nullable().describe('The task of the person who takes over the order'),
    verbs: z.array(oneOf(InterventionVerb)).describe('The interventions that would help now'),
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

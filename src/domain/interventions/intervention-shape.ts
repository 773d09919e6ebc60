import {
  ACTOR,
  AttendNote,
  CARRIER_CODE,
  InterventionReason,
  type InterventionVerb,
} from '../../contracts/interventions/intervention-codes';
import { CancelReason } from '../../contracts/orders/cancel-reason';

/** Returns what is wrong with a value, or null when it is valid. */
type Check = (value: unknown) => string | null;

const oneOf =
  (table: Readonly<Record<string, string>>): Check =>
  (value) =>
    Object.values(table).includes(value as string) ? null : `must be one of ${Object.values(table).join(', ')}`;
const matching =
  (pattern: RegExp, example: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? null : `must be like ${example}`;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);

const actor = matching(ACTOR, 'support:<who>');
const reason = oneOf(InterventionReason);

/**
 * Repeats the schemas of the staff's Updates without zod, which would otherwise be bundled into every Workflow. A test
 * compares them with the schemas in `contracts/`.
 */
const ARGUMENTS: Readonly<Record<InterventionVerb, Readonly<Record<string, Check>>>> = {
  retryNow: { reason, actor },
  chooseCarrier: {
    fulfillmentId: matching(/^ful_\w+$/, 'ful_01J0000000000000000000000A'),
    carrierCode: matching(CARRIER_CODE, 'swift'),
    reason,
    actor,
  },
  cancelOrder: { reason: oneOf(CancelReason), actor },
  handToPerson: { reason, note: optional(oneOf(AttendNote)), assignee: optional(actor), actor },
};

/** Lists the invalid members of an intervention's request, one message each; empty when it is valid. */
export function invalidMembers(verb: InterventionVerb, requested: unknown): string[] {
  if (typeof requested !== 'object' || requested === null || Array.isArray(requested))
    return ['must be one JSON object'];
  const fields = requested as Readonly<Record<string, unknown>>;
  const checks = ARGUMENTS[verb];
  const invalid = Object.entries(checks).flatMap(([name, check]) => {
    const fault = check(fields[name]);
    return fault === null ? [] : [`${name}: ${fault}`];
  });
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(checks, name));
  return [...invalid, ...unknown.map((name) => `${name}: is not known`)];
}

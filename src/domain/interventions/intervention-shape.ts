import {
  ACTOR,
  AttendNote,
  CARRIER_CODE,
  InterventionReason,
  type InterventionVerb,
} from '../../contracts/interventions/intervention-codes';
import { CancelReason } from '../../contracts/orders/cancel-reason';

/** Says what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const among =
  (table: Readonly<Record<string, string>>): Check =>
  (value) =>
    Object.values(table).includes(value as string) ? null : `must be one of ${Object.values(table).join(', ')}`;
const like =
  (pattern: RegExp, example: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? null : `must be like ${example}`;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);

const actor = like(ACTOR, 'support:<who>');
const reason = among(InterventionReason);

/**
 * The arguments of the operators' Updates, as their schemas in the contracts say; those would bring zod into each
 * workflow.
 */
const ARGUMENTS: Readonly<Record<InterventionVerb, Readonly<Record<string, Check>>>> = {
  retryNow: { reason, actor },
  chooseCarrier: {
    fulfillmentId: like(/^ful_\w+$/, 'ful_01J0000000000000000000000A'),
    carrierCode: like(CARRIER_CODE, 'swift'),
    reason,
    actor,
  },
  cancelOrder: { reason: among(CancelReason), actor },
  handToPerson: { reason, note: optional(among(AttendNote)), assignee: optional(actor), actor },
};

/** Lists what is wrong with what somebody asks of an order, field by field, in plain words. Empty when it fits. */
export function invalidMembers(verb: InterventionVerb, asked: unknown): string[] {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return ['must be one JSON object'];
  const fields = asked as Readonly<Record<string, unknown>>;
  const checks = ARGUMENTS[verb];
  return [
    ...Object.entries(checks).flatMap(([name, check]) => {
      const wrong = check(fields[name]);
      return wrong === null ? [] : [`${name}: ${wrong}`];
    }),
    ...Object.keys(fields)
      .filter((name) => !Object.hasOwn(checks, name))
      .map((name) => `${name}: is not known`),
  ];
}

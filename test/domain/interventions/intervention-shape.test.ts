import fc from 'fast-check';
import type { z } from 'zod';
import { ChooseCarrier, HandToPerson, RetryNow } from '../../../src/contracts/interventions/interventions';
import {
  AttendNote,
  InterventionReason,
  type InterventionVerb,
} from '../../../src/contracts/interventions/intervention-codes';
import { CancelReason } from '../../../src/contracts/orders/cancel-reason';
import { CancelOrder } from '../../../src/contracts/orders/place-order';
import { invalidMembers } from '../../../src/domain/interventions/intervention-shape';

/** The schemas of the HTTP bodies. An Update's argument is such a body with its actor. */
const BODIES: Readonly<Record<InterventionVerb, z.ZodObject>> = {
  retryNow: RetryNow,
  chooseCarrier: ChooseCarrier,
  cancelOrder: CancelOrder,
  handToPerson: HandToPerson,
};

const odd = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant({}));
const field = (...good: string[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: odd });
const FIELDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  reason: field(...Object.values(InterventionReason), ...Object.values(CancelReason)),
  fulfillmentId: field('ful_01J0000000000000000000000A'),
  carrierCode: field('swift', 'slow-1'),
  note: field(...Object.values(AttendNote)),
  assignee: field('support:one'),
};

test.each(Object.keys(BODIES) as InterventionVerb[])(
  'the Update %s accepts what its HTTP body accepts, and no more',
  (verb) => {
    const own = Object.keys(BODIES[verb].shape);
    const body = fc.record(
      { ...Object.fromEntries(own.map((name) => [name, FIELDS[name] ?? fc.constant('unknown')])), more: odd },
      { requiredKeys: [] },
    );
    let accepted = 0;
    fc.assert(
      fc.property(body, (requested) => {
        const isValid = invalidMembers(verb, { ...requested, actor: 'support:one' }).length === 0;
        accepted += isValid ? 1 : 0;
        expect({ requested, isValid }).toEqual({ requested, isValid: BODIES[verb].safeParse(requested).success });
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(0);
  },
);

test('names each invalid member with its fault', () => {
  expect(invalidMembers('retryNow', { reason: 'bored', actor: 'somebody', more: 1 })).toEqual([
    expect.stringMatching(/^reason: must be one of provider_down, /),
    'actor: must be like support:<who>',
    'more: is not known',
  ]);
  expect(invalidMembers('cancelOrder', 'now')).toEqual(['must be one JSON object']);
});

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

/** The schemas of the HTTP bodies: what is sent as an Update is such a body and who sends it. */
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
  '%s takes as an Update what its body takes over HTTP, and no more',
  (verb) => {
    const own = Object.keys(BODIES[verb].shape);
    const body = fc.record(
      { ...Object.fromEntries(own.map((name) => [name, FIELDS[name] ?? fc.constant('unknown')])), more: odd },
      { requiredKeys: [] },
    );
    let taken = 0;
    fc.assert(
      fc.property(body, (asked) => {
        const fits = invalidMembers(verb, { ...asked, actor: 'support:one' }).length === 0;
        taken += fits ? 1 : 0;
        expect({ asked, fits }).toEqual({ asked, fits: BODIES[verb].safeParse(asked).success });
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(0);
  },
);

test('says field by field what is wrong', () => {
  expect(invalidMembers('retryNow', { reason: 'bored', actor: 'somebody', more: 1 })).toEqual([
    expect.stringMatching(/^reason: must be one of provider_down, /),
    'actor: must be like support:<who>',
    'more: is not known',
  ]);
  expect(invalidMembers('cancelOrder', 'now')).toEqual(['must be one JSON object']);
});

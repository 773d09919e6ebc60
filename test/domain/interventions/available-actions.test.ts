import { AttentionReason } from '../../../src/contracts/statuses';
import { mostUrgentAttention } from '../../../src/domain/interventions/most-urgent-attention';
import { availableActions, type OrderStanding } from '../../../src/domain/interventions/available-actions';

test.each([
  [[], null],
  [[null, null], null],
  [[AttentionReason.stageOverdue, AttentionReason.carrierUnavailable], AttentionReason.carrierUnavailable],
  [[AttentionReason.needsOperator, AttentionReason.handedToPerson], AttentionReason.handedToPerson],
  [[AttentionReason.handedToPerson, AttentionReason.workflowFailing], AttentionReason.workflowFailing],
  [['of_a_later_version' as AttentionReason, AttentionReason.stageOverdue], AttentionReason.stageOverdue],
  [['of_a_later_version' as AttentionReason], 'of_a_later_version'],
])('of %j the most urgent is %s', (reasons, shown) => {
  expect(mostUrgentAttention(reasons)).toBe(shown);
});

test('every reason has its rank, whatever the order of the two', () => {
  const reasons = Object.values(AttentionReason);
  for (const reason of reasons)
    for (const other of reasons) expect([reason, other]).toContain(mostUrgentAttention([reason, other]));
  for (const reason of reasons)
    for (const other of reasons)
      expect(mostUrgentAttention([reason, other])).toBe(mostUrgentAttention([other, reason]));
});

const STANDING: OrderStanding = {
  closed: false,
  cancelling: false,
  stepWaits: false,
  labelAwaited: false,
  handedOver: false,
  attended: false,
};

test.each([
  ['nothing special', {}, ['cancelOrder', 'handToPerson']],
  [
    'a fulfillment without its label',
    { stepWaits: true, labelAwaited: true },
    ['retryNow', 'chooseCarrier', 'cancelOrder', 'handToPerson'],
  ],
  ['being cancelled', { stepWaits: true, labelAwaited: true, cancelling: true }, ['retryNow', 'handToPerson']],
  ['a fulfillment handed over', { handedOver: true, attended: true }, []],
  ['its end', { closed: true, stepWaits: true }, []],
] as const)('with %s an order accepts its interventions', (_what, standing, verbs) => {
  expect(availableActions({ ...STANDING, ...standing })).toEqual(verbs);
});

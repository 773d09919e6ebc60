import { SYSTEM } from '../../../src/contracts/caller';
import { isRefusal } from '../../../src/contracts/errors';
import {
  contentOf,
  INCOMPLETE,
  linkOf,
  correctAddress,
  placeHeld,
  recipient,
  messagesTo,
} from '../../support/held-orders';
import { callerFor, granted, intent } from '../../support/people';
import { until } from '../../sandboxes/sandboxes';
import { startSuite } from '../../support/suite';

const suite = startSuite();

const reservedBy = (orderId: string) =>
  suite.world.transactions.run(
    SYSTEM,
    async (tx) =>
      await tx.selectFrom('reservation').select(['status', 'expiresAt']).where('orderId', '=', orderId).execute(),
  );
const cancel = async (orderId: string): Promise<void> => {
  expect(
    granted(await suite.world.orders.cancel(suite.people.storefront, intent(), orderId, { reason: 'customer_request' }))
      .body.status,
  ).toBe('cancelled');
};
const authorizations = async (orderId: string): Promise<number> => {
  const keys = (await suite.people.read(orderId)).payments.map(({ id }) => `${id}:authorize:1`);
  const { body } = await suite.world.gateway.call('GET', '/v1/journal');
  return (body.entries as { key: string }[]).filter(({ key }) => keys.includes(key)).length;
};

test('an incomplete address holds the order: nothing is charged, and each channel notifies once', async () => {
  const order = await placeHeld(suite.people);
  expect(order.addressFix?.findings).toEqual([
    expect.objectContaining({
      pointer: '/recipient/address/postcode',
      code: 'malformed_postcode',
      suggestion: '01305-000',
    }),
    expect.objectContaining({ pointer: '/recipient/address/line1', code: 'house_number_missing' }),
  ]);
  expect(order).toMatchObject({ recipient: null, stage: 'receive', payments: [{ status: 'pending' }] });
  expect(await reservedBy(order.id)).toEqual([
    { status: 'held', expiresAt: new Date(order.addressFix?.until ?? '') },
    { status: 'held', expiresAt: new Date(order.addressFix?.until ?? '') },
  ]);
  const sms = await contentOf(suite.world, `${order.id}:notify_sms:1`);
  const mail = await contentOf(suite.world, `${order.id}:notify_email:1`);
  expect([sms.to, mail.to]).toEqual(['+5511912345678', 'recipient@example.com']);
  expect(mail.text).toContain('Subject: The address of your order A-1001 needs a correction');
  await until(
    async () => (await suite.people.eventTypes(order.id)).filter((type) => type === 'address.notified').length === 2,
  );
  expect(await authorizations(order.id)).toBe(0);
  const progress = await suite.workflowOf(order.id).query<{ status: string; waitsFor: string[] }>('getProgress');
  expect(progress).toMatchObject({ status: 'awaiting_address', waitsFor: [expect.stringContaining('addressMended')] });

  // Merchants see which fields are wrong, and nothing of their contents.
  const seen = granted(await suite.world.orders.get(callerFor('merchant', suite.mall.merchantIds[0]), order.id));
  expect(seen.addressFix?.findings.map(({ code, suggestion }) => [code, suggestion])).toEqual([
    ['malformed_postcode', undefined],
    ['house_number_missing', undefined],
  ]);
  expect(JSON.stringify(await suite.workflowOf(order.id).fetchHistory())).not.toMatch(/Augusta|91234|recipient@/);
});

test('the storefront corrects the address, and the order goes on as if it had been placed so', async () => {
  const { id, total } = await placeHeld(suite.people);
  const wrong = await suite.world.addresses.correct(
    suite.people.storefront,
    intent(),
    id,
    recipient({ line1: 'Rua Augusta' }),
  );
  expect(wrong).toMatchObject({
    refused: 'address_incomplete',
    errors: [{ pointer: '/address/line1', code: 'house_number_missing' }],
  });
  const far = await suite.world.addresses.correct(suite.people.storefront, intent(), id, {
    name: 'R',
    phone: '+49 30 90260',
    address: { country: 'DE', city: 'Berlin', line1: 'Platz der Republik 1', postcode: '11011' },
  });
  expect(far).toMatchObject({ refused: 'destination_not_served' });
  expect((await suite.people.read(id)).status).toBe('awaiting_address');

  const once = intent();
  const order = granted(await suite.world.addresses.correct(suite.people.storefront, once, id, recipient())).body;
  expect(order).toMatchObject({ status: 'in_fulfillment', total, addressFix: null });
  expect(granted(await suite.world.addresses.correct(suite.people.storefront, once, id, recipient()))).toMatchObject({
    replayed: true,
    body: { status: 'in_fulfillment' },
  });
  expect(await suite.world.addresses.correct(suite.people.storefront, intent(), id, recipient())).toMatchObject({
    refused: 'address_not_awaited',
  });
  expect((await suite.people.read(id)).recipient).toMatchObject({
    phone: '+5511912345678',
    address: { line1: 'Rua Augusta 100' },
  });
  expect(await suite.people.eventTypes(id)).toEqual(
    expect.arrayContaining(['address.held', 'address.mended', 'payment.authorized']),
  );
  await suite.people.pack(id);
  await suite.people.handOver(id);
  await suite.people.scan(id, 'signed');
  await suite.people.untilStatus(id, 'completed');
});

test('the link of the message corrects the address once; a forged or foreign link does not', async () => {
  const { id } = await placeHeld(suite.people);
  const token = await linkOf(suite.world, id);
  expect(granted(await suite.world.addresses.readByLink(token))).toMatchObject({
    orderId: id,
    findings: [{ pointer: '/address/postcode' }, { pointer: '/address/line1' }],
  });
  const other = await placeHeld(suite.people);
  for (const forged of [
    token.replace(id, other.id),
    `${token.slice(0, -2)}AA`,
    `${id}.zzzzzzzz.${token.split('.')[2] ?? ''}`,
    'x',
    `${id}..`,
  ]) {
    expect(await suite.world.addresses.correctByLink(forged, recipient())).toMatchObject({
      refused: 'address_link_invalid',
    });
  }
  expect(await suite.world.addresses.correctByLink(token, INCOMPLETE)).toMatchObject({ refused: 'address_incomplete' });
  expect(granted(await suite.world.addresses.correctByLink(token, recipient())).body).toEqual({
    orderId: id,
    status: 'in_fulfillment',
  });
  expect(await suite.world.addresses.correctByLink(token, recipient())).toMatchObject({
    refused: 'address_not_awaited',
  });
  expect(await suite.world.addresses.readByLink(token)).toMatchObject({ refused: 'address_not_awaited' });
  expect((await suite.people.read(other.id)).status).toBe('awaiting_address');
});

test('a declined payment after the correction waits for another one', async () => {
  const { id } = await suite.people.place({
    recipient: INCOMPLETE,
    payment: { method: 'card', token: 'tok_declined' },
  });
  expect(await suite.world.addresses.correct(suite.people.storefront, intent(), id, recipient())).toMatchObject({
    refused: 'payment_declined',
  });
  expect(
    granted(await suite.world.orders.pay(suite.people.storefront, intent(), id, { method: 'wallet', token: 'tok_ok' }))
      .body.status,
  ).toBe('in_fulfillment');
});

test('providers that are down delay nothing: the message follows later, and none follows a correction', async () => {
  await suite.world.notifier.fault({ mode: 'down', times: 3, operation: 'send' });
  await suite.world.notifier.fault({ mode: 'down', times: 3, operation: 'mail' });
  const late = await placeHeld(suite.people);
  await until(async () => (await messagesTo(suite.world, late.id)).length === 2, 20_000);
  expect((await suite.people.read(late.id)).status).toBe('awaiting_address');

  await suite.world.notifier.fault({ mode: 'down', times: 1_000, operation: 'send' });
  await suite.world.notifier.fault({ mode: 'down', times: 1_000, operation: 'mail' });
  const { id } = await placeHeld(suite.people);
  expect((await correctAddress(suite.world, suite.people, id)).status).toBe('in_fulfillment');
  // A try that was under way when the address was corrected has read the hold, and may still send.
  await until(async () => ((await suite.workflowOf(id).describe()).raw.pendingActivities ?? []).length === 0, 20_000);
  await suite.world.notifier.call('DELETE', '/sandbox/faults');
  await suite.people.pack(id);
  expect(await messagesTo(suite.world, id)).toEqual([]);
});

test('an answer that is lost makes no second message', async () => {
  await suite.world.notifier.fault({ mode: 'error_after', times: 1, operation: 'send' });
  await suite.world.notifier.fault({ mode: 'error_after', times: 1, operation: 'mail' });
  const { id } = await placeHeld(suite.people);
  await until(
    async () => (await suite.people.eventTypes(id)).filter((type) => type === 'address.notified').length === 2,
    20_000,
  );
  expect((await messagesTo(suite.world, id)).map(({ channel }) => channel).sort()).toEqual(['email', 'sms']);
});

test('a customer without a mailbox is notified by SMS, one whose phone number is wrong by e-mail', async () => {
  const nobody = await placeHeld(suite.people, { ...INCOMPLETE, email: 'no-such-mailbox@example.com' });
  await until(async () => (await suite.people.eventTypes(nobody.id)).includes('address.notice_refused'));
  const { id } = await placeHeld(suite.people, recipient({}, { phone: '12' }));
  await contentOf(suite.world, `${id}:notify_email:1`);
  expect((await messagesTo(suite.world, id)).map(({ channel }) => channel)).toEqual(['email']);
});

test('a phone that is written as people write it at home is sent to with its country code', async () => {
  const { id } = await placeHeld(suite.people, { ...INCOMPLETE, phone: '(11) 91234-5678' });
  expect((await contentOf(suite.world, `${id}:notify_sms:1`)).to).toBe('+5511912345678');
  // The address stays as the customer typed it, to be corrected.
  expect((await suite.people.read(id)).recipient?.phone ?? '').toBe('(11) 91234-5678');
  await cancel(id);
});

test('a customer whom no way reaches is seen in the timeline, once by each way, and nothing is sent', async () => {
  const { email: _none, ...withoutEmail } = recipient({}, { phone: '12' });
  const { id } = await placeHeld(suite.people, withoutEmail);
  await until(
    async () => (await suite.people.eventTypes(id)).filter((type) => type === 'address.notice_refused').length === 2,
  );
  const timeline = granted(await suite.world.orders.timeline(suite.people.storefront, id, 0, 100));
  expect(
    timeline.items
      .filter(({ type }) => type === 'address.notice_refused')
      .map(({ data }) => data)
      .sort((a, b) => String(a.channel).localeCompare(String(b.channel))),
  ).toEqual([
    { channel: 'email', number: 1 },
    { channel: 'sms', number: 1 },
  ]);
  expect(await messagesTo(suite.world, id)).toEqual([]);
  await cancel(id);
});

test('cancelling an order on hold gives its stock back', async () => {
  const { id } = await placeHeld(suite.people);
  await cancel(id);
  expect((await reservedBy(id)).map(({ status }) => status)).toEqual(['released', 'released']);
  const answer = await suite.world.addresses.correct(suite.people.storefront, intent(), id, recipient());
  expect(isRefusal(answer) && answer.refused).toBe('address_not_awaited');
});

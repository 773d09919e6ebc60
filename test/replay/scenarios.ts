import { isRefusal } from '../../src/contracts/errors';
import { contentOf, mended, placeHeld } from '../support/held';
import type { TestMall } from '../support/mall';
import { granted, intent, type People } from '../support/people';
import type { World } from '../support/world';
import { until } from '../providers/sandboxes';

/** What a scenario plays with. */
export interface Stage {
  readonly world: World;
  readonly mall: TestMall;
  readonly people: People;
}

const cancel = async ({ world, people }: Stage, orderId: string): Promise<void> => {
  granted(await world.orders.cancel(people.storefront, intent(), orderId, { reason: 'customer_request' }));
};
const declined = async ({ world, people }: Stage): Promise<string> => {
  const answer = await world.orders.place(people.storefront, intent(), people.cart({ payment: { method: 'card', token: 'tok_declined' } }));
  return isRefusal(answer) ? String(answer.extensions?.orderId) : '';
};
const delivered = async ({ people }: Stage, orderId: string): Promise<string> => {
  await people.pack(orderId);
  await people.handOver(orderId);
  await people.scan(orderId, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await people.untilStatus(orderId, 'completed');
  return orderId;
};

/** The ways through an order whose histories every later release must replay. Each answers its order. */
export const SCENARIOS: Readonly<Record<string, (stage: Stage) => Promise<string>>> = {
  'delivered-one-parcel': async (stage) => delivered(stage, (await stage.people.place({}, [stage.mall.skus.cup])).id),
  'delivered-two-merchants': async (stage) => delivered(stage, (await stage.people.place()).id),
  'declined-then-paid-otherwise': async (stage) => {
    const id = await declined(stage);
    granted(await stage.world.orders.pay(stage.people.storefront, intent(), id, { method: 'wallet', token: 'tok_ok' }));
    return delivered(stage, id);
  },
  'payment-window-passed': async (stage) => {
    const id = await declined(stage);
    await stage.people.untilStatus(id, 'cancelled');
    return id;
  },
  'approved-after-redirect': async (stage) => {
    const { id, nextAction } = await stage.people.place({ payment: { method: 'card', token: 'tok_redirect' } }, [stage.mall.skus.cup]);
    await stage.world.gateway.call('POST', `/v1/authorizations/${nextAction?.url.split('/').pop() ?? ''}/action`, { approve: true });
    await stage.people.untilStatus(id, 'in_fulfillment');
    return delivered(stage, id);
  },
  'approval-never-given': async (stage) => {
    const { id } = await stage.people.place({ payment: { method: 'qr', token: 'tok_qr' } }, [stage.mall.skus.cup]);
    await stage.people.untilStatus(id, 'cancelled');
    return id;
  },
  'rejected-destination': async (stage) => {
    const address = { country: 'AQ', city: 'Station', line1: '1 Ice Road' };
    const answer = await stage.world.orders.place(stage.people.storefront, intent(), stage.people.cart({ recipient: { name: 'R', phone: '+5511912345678', address } }));
    return isRefusal(answer) ? String(answer.extensions?.orderId) : '';
  },
  'address-mended': async (stage) => {
    const { id } = await placeHeld(stage.people);
    await contentOf(stage.world, `${id}:notify_sms:2`);
    await mended(stage.world, stage.people, id);
    return delivered(stage, id);
  },
  'address-never-mended': async (stage) => {
    const { id } = await placeHeld(stage.people);
    await stage.people.untilStatus(id, 'cancelled');
    return id;
  },
  'address-hold-cancelled': async (stage) => {
    const { id } = await placeHeld(stage.people);
    await cancel(stage, id);
    return id;
  },
  'refused-at-the-door': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.rug]);
    await stage.people.pack(id);
    await stage.people.handOver(id);
    await stage.people.scan(id, 'out_for_delivery', 'refused', 'returned');
    await stage.people.untilStatus(id, 'returned');
    return id;
  },
  'cancelled-before-packing': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    await cancel(stage, id);
    return id;
  },
  'cancelled-with-label': async (stage) => {
    const { id } = await stage.people.place();
    await stage.people.pack(id);
    await cancel(stage, id);
    return id;
  },
  'cancelled-in-the-web-ui': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    await stage.world.temporal.client.workflow.getHandle(`order:${id}`).cancel();
    await stage.people.untilStatus(id, 'cancelled');
    return id;
  },
  'carrier-down-then-back': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    await stage.world.carrier.fault({ mode: 'down', times: 4, operation: 'book' });
    return delivered(stage, id);
  },
  'carrier-exception-then-delivered': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    await stage.people.pack(id);
    await stage.people.handOver(id);
    await stage.people.scan(id, 'exception');
    await until(async () => (await stage.people.read(id)).attention === 'carrier_exception');
    await stage.people.scan(id, 'in_transit', 'signed');
    await stage.people.untilStatus(id, 'completed');
    return id;
  },
};

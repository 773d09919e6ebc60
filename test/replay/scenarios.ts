import { InterventionService } from '../../src/services/interventions/intervention-service';
import type { InterventionRequest } from '../../src/contracts/interventions/interventions';
import { SYSTEM } from '../../src/contracts/caller';
import { isRefusal } from '../../src/contracts/errors';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { backorderedSku } from '../support/backorders';
import { cancelCutOff } from '../support/cut-off';
import { contentOf, correctAddress, placeHeld } from '../support/held-orders';
import type { TestMall } from '../support/mall';
import { callerFor, granted, intent, type People } from '../support/people';
import type { World } from '../support/world';
import { until } from '../sandboxes/sandboxes';

/** Gives a scenario its world, its mall and the people of it. */
export interface Stage {
  readonly world: World;
  readonly mall: TestMall;
  readonly people: People;
}

const cancel = async ({ world, people }: Stage, orderId: string): Promise<void> => {
  granted(await world.orders.cancel(people.storefront, intent(), orderId, { reason: 'customer_request' }));
};
const declined = async ({ world, people }: Stage): Promise<string> => {
  const answer = await world.orders.place(
    people.storefront,
    intent(),
    people.cart({ payment: { method: 'card', token: 'tok_declined' } }),
  );
  return isRefusal(answer) ? String(answer.extensions?.orderId) : '';
};
const delivered = async ({ people }: Stage, orderId: string): Promise<string> => {
  await people.pack(orderId);
  await people.handOver(orderId);
  await people.scan(orderId, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await people.untilStatus(orderId, 'completed');
  return orderId;
};

const ask = async <Verb extends keyof InterventionRequest>(
  { world }: Stage,
  orderId: string,
  verb: Verb,
  request: InterventionRequest[Verb],
) =>
  granted(
    await new InterventionService(world.transactions, world.workflows).intervene(
      callerFor('support'),
      intent(),
      orderId,
      verb,
      request,
    ),
  ).body;

/** The ways through an order whose histories every later release must replay. Each returns its order's id. */
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
    const { id, nextAction } = await stage.people.place({ payment: { method: 'card', token: 'tok_redirect' } }, [
      stage.mall.skus.cup,
    ]);
    await stage.world.gateway.call('POST', `/v1/authorizations/${nextAction?.url.split('/').pop() ?? ''}/action`, {
      approve: true,
    });
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
    const answer = await stage.world.orders.place(
      stage.people.storefront,
      intent(),
      stage.people.cart({ recipient: { name: 'R', phone: '+5511912345678', address } }),
    );
    return isRefusal(answer) ? String(answer.extensions?.orderId) : '';
  },
  'address-mended': async (stage) => {
    const { id } = await placeHeld(stage.people);
    await contentOf(stage.world, `${id}:notify_sms:2`);
    await correctAddress(stage.world, stage.people, id);
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
  'backordered-then-delivered': async (stage) => {
    const sku = await backorderedSku(stage.world.transactions, stage.mall, 1);
    const { id } = await stage.people.place({ lines: [{ skuId: sku.id, quantity: 2 }] });
    granted(
      await stage.world.stock.receive(callerFor('platform'), intent(), {
        skuId: sku.id,
        warehouseId: stage.mall.warehouseIds[0],
        lotCode: 'L2',
        quantity: 1,
        reference: 'DN-1',
      }),
    );
    await stage.people.untilStatus(id, 'in_fulfillment');
    return delivered(stage, id);
  },
  'backorder-overdue-then-filled': async (stage) => {
    const sku = await backorderedSku(stage.world.transactions, stage.mall, 0);
    const { id, nextAction } = await stage.people.place({
      lines: [{ skuId: sku.id, quantity: 1 }],
      payment: { method: 'card', token: 'tok_redirect' },
    });
    await stage.world.transactions.run(SYSTEM, (tx) =>
      tx.updateTable('orders').set({ agreedOn: '2026-01-31' }).where('id', '=', id).execute(),
    );
    await stage.world.gateway.call('POST', `/v1/authorizations/${nextAction?.url.split('/').pop() ?? ''}/action`, {
      approve: true,
    });
    await stage.people.untilAttention(id, 'backorder_overdue');
    granted(
      await stage.world.stock.receive(callerFor('platform'), intent(), {
        skuId: sku.id,
        warehouseId: stage.mall.warehouseIds[0],
        lotCode: 'L2',
        quantity: 1,
        reference: 'DN-1',
      }),
    );
    await stage.people.untilStatus(id, 'in_fulfillment');
    return delivered(stage, id);
  },
  'adopted-when-packed': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    await stage.world.temporal.client.workflow.getHandle(orderWorkflowId(id)).terminate('lost by the scenario');
    await stage.people.completeTasks(id);
    const request = { reason: 'operator_decision', evenIfRunning: false } as const;
    granted(await stage.world.adoptions.adopt(callerFor('support'), intent(), id, request));
    return delivered(stage, id);
  },
  'backordered-then-cancelled': async (stage) => {
    const sku = await backorderedSku(stage.world.transactions, stage.mall, 1);
    const { id } = await stage.people.place({ lines: [{ skuId: sku.id, quantity: 2 }] });
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
  'retried-by-staff': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    await stage.world.carrier.fault({ mode: 'down', times: 1_000 });
    await stage.people.completeTasks(id);
    await stage.people.untilAttention(id, 'carrier_unavailable');
    await stage.world.carrier.call('DELETE', '/sandbox/faults');
    await ask(stage, id, 'retryNow', { reason: 'provider_back' });
    return delivered(stage, id);
  },
  'failed-step-run-again': async (stage) => {
    const { id } = await stage.people.place({ customer: { reference: 'erased-by-mistake' } }, [stage.mall.skus.cup]);
    const keyed = (wrappedKey: Buffer | null) =>
      stage.world.transactions.run(SYSTEM, async (tx) => {
        const { customerId } = await tx
          .selectFrom('orders')
          .select('customerId')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        const before = await tx
          .selectFrom('customer')
          .select('wrappedKey')
          .where('id', '=', customerId)
          .executeTakeFirstOrThrow();
        await tx.updateTable('customer').set({ wrappedKey }).where('id', '=', customerId).execute();
        return before.wrappedKey;
      });
    const key = await keyed(null);
    await stage.people.completeTasks(id);
    await stage.people.untilAttention(id, 'needs_operator');
    await keyed(key);
    await ask(stage, id, 'retryNow', { reason: 'cause_removed' });
    return delivered(stage, id);
  },
  'another-carrier-chosen': async (stage) => {
    const {
      id,
      fulfillments: [fulfillment],
    } = await stage.people.place({}, [stage.mall.skus.cup]);
    await stage.world.carrier.fault({ mode: 'error_after', times: 1, operation: 'book' });
    await stage.world.carrier.fault({ mode: 'down', times: 1_000, operation: 'find' });
    await stage.people.completeTasks(id);
    await stage.people.untilAttention(id, 'carrier_unavailable');
    await ask(stage, id, 'chooseCarrier', {
      fulfillmentId: fulfillment?.id ?? '',
      carrierCode: 'swift',
      reason: 'provider_down',
    });
    await until(async () => (await stage.people.read(id)).fulfillments[0]?.status === 'labelled');
    await stage.world.carrier.call('DELETE', '/sandbox/faults');
    return delivered(stage, id);
  },
  'two-parcels-packed-at-once': async (stage) => {
    const { id } = await stage.people.place();
    await stage.world.stopWorkers();
    await stage.people.completeTasks(id);
    await stage.world.startWorkers();
    await until(async () => (await stage.people.read(id)).fulfillments.every(({ status }) => status === 'labelled'));
    return delivered(stage, id);
  },
  'cancelled-after-its-worker-was-killed': (stage) => cancelCutOff(stage.world, stage.people, stage.mall.skus.cup),
  'handed-to-a-person': async (stage) => {
    const { id } = await stage.people.place({}, [stage.mall.skus.cup]);
    const { taskId } = await ask(stage, id, 'handToPerson', { reason: 'customer_request', note: 'ask_customer' });
    await stage.people.untilAttention(id, 'handed_to_person');
    granted(await stage.world.tasks.complete(callerFor('support'), intent(), taskId ?? '', { outcome: 'resolved' }));
    await stage.people.untilAttention(id, null);
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

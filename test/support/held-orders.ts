import { granted, intent, type People } from './people';
import type { World } from './world';
import { readLinkToken } from '../../src/books/orders/address-holds';
import type { OrderResource } from '../../src/contracts/orders/order';
import type { Recipient } from '../../src/contracts/addresses/recipient';
import { until } from '../sandboxes/sandboxes';
import { vault } from './world';

/** A recipient in Brazil; the postcode and number may be left out, and the order is then held. */
export const recipient = (address: Partial<Recipient['address']> = {}, more: Partial<Recipient> = {}): Recipient => ({
  name: 'Recipient One',
  phone: '+55 11 91234-5678',
  email: 'recipient@example.com',
  ...more,
  address: {
    country: 'BR',
    region: 'SP',
    city: 'São Paulo',
    line1: 'Rua Augusta 100',
    postcode: '01305-000',
    ...address,
  },
});

/** Lacks its house number (only the customer knows) and has a postcode that lost its zero. */
export const INCOMPLETE = recipient({ line1: 'Rua Augusta', postcode: '1305000' });

/** Places an order that is held. */
export const placeHeld = async (people: People, given: Recipient = INCOMPLETE): Promise<OrderResource> => {
  const order = await people.place({ recipient: given });
  if (order.status !== 'awaiting_address') throw new Error(`the order is ${order.status}`);
  return order;
};

export interface Told {
  readonly key: string;
  readonly channel: string;
}

/** Lists what the customer of an order was told, oldest first. */
export const toldTo = async (world: World, orderId: string): Promise<Told[]> => {
  const { body } = await world.notifier.call('GET', '/v1/journal');
  return (body.entries as Told[]).filter(({ key }) => key.startsWith(`${orderId}:`));
};

/** Waits until the customer was told so often, and reads the message of a key. */
export const contentOf = async (world: World, key: string): Promise<{ to: string; text: string }> => {
  await until(
    async () =>
      (await world.notifier.call('GET', `/v1/messages/by-key/${encodeURIComponent(key)}/content`)).status === 200,
    20_000,
  );
  return (await world.notifier.call('GET', `/v1/messages/by-key/${encodeURIComponent(key)}/content`))
    .body as unknown as { to: string; text: string };
};

/** Finds the link's token in the SMS of an order. */
export const linkOf = async (world: World, orderId: string): Promise<string> => {
  const { text } = await contentOf(world, `${orderId}:notify_sms:1`);
  const token = /https:\/\/shop\.example\/address\/(\S+)/.exec(text)?.[1] ?? '';
  if (!readLinkToken(vault, token)) throw new Error(`no link in: ${text}`);
  return token;
};

export const mended = async (
  world: World,
  people: People,
  orderId: string,
  given = recipient(),
): Promise<OrderResource> => granted(await world.addresses.mend(people.storefront, intent(), orderId, given)).body;

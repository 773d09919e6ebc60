import { granted, intent, type People } from './people';
import type { World } from './world';
import { readLinkToken } from '../../src/books/orders/address-holds';
import type { OrderResource } from '../../src/contracts/orders/order';
import type { Recipient } from '../../src/contracts/addresses/recipient';
import { until } from '../sandboxes/sandboxes';
import { vault } from './world';

/** Makes a recipient in Brazil. An order without its postcode or house number is held. */
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
export const placeHeld = async (people: People, to: Recipient = INCOMPLETE): Promise<OrderResource> => {
  const order = await people.place({ recipient: to });
  if (order.status !== 'awaiting_address') throw new Error(`the order is ${order.status}`);
  return order;
};

/** Names a message of the notifier's journal. */
export interface SentMessage {
  readonly key: string;
  readonly channel: string;
}

/** Lists the messages about an order, or a replenishment, oldest first. */
export const messagesTo = async (world: World, orderId: string): Promise<SentMessage[]> => {
  const { body } = await world.notifier.call('GET', '/v1/journal');
  return (body.entries as SentMessage[]).filter(({ key }) => key.startsWith(`${orderId}:`));
};

/** Waits for the message of a key, and reads it. */
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

/** Corrects the recipient of a held order, as its storefront does. */
export const correctAddress = async (
  world: World,
  people: People,
  orderId: string,
  to = recipient(),
): Promise<OrderResource> => granted(await world.addresses.correct(people.storefront, intent(), orderId, to)).body;

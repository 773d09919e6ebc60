import { randomBytes } from 'node:crypto';
import { newId } from '../new-id';
import type { Tx } from '../transactions';
import type { Vault, WrappedKey } from '../vault';

/** Names a customer with its wrapped data key. */
export interface CustomerKey extends WrappedKey {
  readonly id: string;
}

/**
 * Finds a storefront's customer by the storefront's reference, or inserts one with a data key of its own. One who was
 * erased comes back as a new customer: the orders from before stay erased.
 */
export async function findOrInsertCustomer(
  tx: Tx,
  vault: Vault,
  storefrontId: string,
  reference: string,
): Promise<CustomerKey> {
  const referenceIndex = referenceIndexOf(vault, storefrontId, reference);
  const find = () =>
    tx
      .selectFrom('customer')
      .select(['id', 'keyId', 'wrappedKey'])
      .where('storefrontId', '=', storefrontId)
      .where('referenceIndex', '=', referenceIndex)
      .where('wrappedKey', 'is not', null)
      .$narrowType<{ wrappedKey: Buffer }>()
      .executeTakeFirst();
  const insert = async () => {
    await tx
      .insertInto('customer')
      .values({ id: newId('cus'), storefrontId, referenceIndex, ...vault.newDataKey() })
      .onConflict((conflict) => conflict.columns(['storefrontId', 'referenceIndex']).doNothing())
      .execute();
    return find();
  };
  const known = (await find()) ?? (await insert());
  if (known) return known;
  await forgetReference(tx, storefrontId, referenceIndex);
  const made = await insert();
  if (!made) throw new Error('A customer that was just written is missing');
  return made;
}

/** Takes the reference from an erased customer. */
async function forgetReference(tx: Tx, storefrontId: string, referenceIndex: Buffer): Promise<void> {
  await tx
    .updateTable('customer')
    .set({ referenceIndex: randomBytes(referenceIndex.length) })
    .where('storefrontId', '=', storefrontId)
    .where('referenceIndex', '=', referenceIndex)
    .where('wrappedKey', 'is', null)
    .execute();
}

/** Finds a storefront's customer without inserting one; null when there is none. */
export async function findCustomer(
  tx: Tx,
  vault: Vault,
  storefrontId: string,
  reference: string,
): Promise<string | null> {
  const row = await tx
    .selectFrom('customer')
    .select('id')
    .where('storefrontId', '=', storefrontId)
    .where('referenceIndex', '=', referenceIndexOf(vault, storefrontId, reference))
    .executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Locks a customer until the transaction ends, so that its orders placed at once follow one after another. Orders that
 * only refer to the customer (a foreign key's lock) continue in the meantime.
 */
export async function lockCustomer(tx: Tx, customerId: string): Promise<void> {
  await tx.selectFrom('customer').select('id').where('id', '=', customerId).forNoKeyUpdate().executeTakeFirstOrThrow();
}

const referenceIndexOf = (vault: Vault, storefrontId: string, reference: string): Buffer =>
  vault.blindIndex('customer-reference', `${storefrontId}\0${reference}`);

/** Reads the data key of an order's customer; undefined once the customer was erased. */
export async function customerKeyOf(tx: Tx, orderId: string): Promise<WrappedKey | undefined> {
  const row = await tx
    .selectFrom('orders as o')
    .innerJoin('customer as c', 'c.id', 'o.customerId')
    .select(['c.keyId', 'c.wrappedKey'])
    .where('o.id', '=', orderId)
    .executeTakeFirst();
  return row?.wrappedKey ? { keyId: row.keyId, wrappedKey: row.wrappedKey } : undefined;
}

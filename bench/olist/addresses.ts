import { Recipient } from '../../src/contracts/addresses/recipient';
import { validateRecipient } from '../../src/domain/addresses/validate-recipient';
import type { Dataset } from './dataset';
import { goalOf } from './goals';
import { placeOrderOf } from './mapping';

/** Reports the orders of a dataset that today's address rules would hold. */
export interface HeldAddresses {
  readonly orders: number;
  readonly held: number;
  /** The number of held orders that the suggestions correct completely. */
  readonly mendable: number;
  /** Findings by field and code, as `/address/city unknown_division`; an order may have several. */
  readonly findings: Readonly<Record<string, number>>;
  /** The places of held orders with their suggestions, as `state city: suggestion`, each once. */
  readonly places: readonly string[];
}

/** Validates the address of every order as its placement would. Name, phone and street are made up. */
export function validateAddresses({ orders }: Dataset): HeldAddresses {
  const findings = new Map<string, number>();
  const places = new Set<string>();
  let [held, mendable] = [0, 0];
  for (const order of orders) {
    const result = validateRecipient(Recipient.parse(placeOrderOf(order, goalOf(order), new Map()).recipient));
    if (result.verdict === 'good') continue;
    held += 1;
    if (result.mendable) mendable += 1;
    for (const { pointer, code, suggestion } of result.findings) {
      findings.set(`${pointer} ${code}`, (findings.get(`${pointer} ${code}`) ?? 0) + 1);
      places.add(`${order.customer.state} ${order.customer.city}: ${suggestion ?? 'none'}`);
    }
  }
  return {
    orders: orders.length,
    held,
    mendable,
    findings: Object.fromEntries([...findings].sort((a, b) => b[1] - a[1])),
    places: [...places],
  };
}

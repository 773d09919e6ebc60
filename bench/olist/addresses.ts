import { Recipient } from '../../src/contracts/addresses/recipient';
import { validateRecipient } from '../../src/domain/addresses/validate-recipient';
import type { Dataset } from './dataset';
import { goalOf } from './goals';
import { placeOrderOf } from './mapping';

/** What today's address rules make of a dataset's orders. */
export interface HeldAddresses {
  readonly orders: number;
  readonly held: number;
  /** Of those, how many every suggestion makes good. */
  readonly mendable: number;
  /** Findings by field and code, as `/address/city unknown_division`; an order may have several. */
  readonly findings: Readonly<Record<string, number>>;
  /** The places that were held with what is suggested, `state city: suggestion`, each once. */
  readonly places: readonly string[];
}

/**
 * Judges the address of every order as its placement would. The dataset has places only: name, phone and street are
 * made up.
 */
export function judgeAddresses({ orders }: Dataset): HeldAddresses {
  const findings = new Map<string, number>();
  const places = new Set<string>();
  let [held, mendable] = [0, 0];
  for (const order of orders) {
    const judged = validateRecipient(Recipient.parse(placeOrderOf(order, goalOf(order), new Map()).recipient));
    if (judged.verdict === 'good') continue;
    held += 1;
    if (judged.mendable) mendable += 1;
    for (const { pointer, code, suggestion } of judged.findings) {
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

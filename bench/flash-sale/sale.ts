import { untilFact } from '../soak/until-fact';
import { each, type Buyer } from './buyer';

/** Describes one round: many buyers, who each want one of few units. */
export interface Sale {
  readonly skuId: string;
  readonly buyers: number;
  readonly units: number;
  readonly atOnce: number;
  /** The share of attempts whose payment is declined: their units are freed when the payment window ends. */
  readonly declined: number;
  readonly random: () => number;
}

export interface SaleReport {
  readonly sold: readonly string[];
  readonly attempts: number;
  readonly declined: number;
  readonly refused: number;
  /** The number of times that the remaining buyers came, the first rush included. */
  readonly waves: number;
  readonly seconds: number;
}

/** Is longer than any payment window of a flash sale: by then the units of declined payments are freed. */
const COME_BACK_MS = 60_000;
const MAX_WAVES = 100;
/** Limits how many buyers try for each freed unit after the first rush. */
const COMERS_PER_UNIT = 10;

/** Lets the buyers try, wave after wave, until the units are sold. They try once more then, and all must be refused. */
export async function holdSale(
  buyer: Buyer,
  { skuId, buyers, units, atOnce, declined, random }: Sale,
): Promise<SaleReport> {
  const began = Date.now();
  const count = { attempts: 0, declined: 0, refused: 0, waves: 0 };
  const sold: string[] = [];
  let without = Array.from({ length: buyers }, (_, number) => number);
  const wave = async (comers: number, share: number): Promise<void> => {
    count.waves += 1;
    const still: number[] = without.slice(comers);
    await each(without.slice(0, comers), atOnce, async (number) => {
      count.attempts += 1;
      const { orderId, outcome } = await buyer.buy({
        lines: [{ skuId, quantity: 1 }],
        token: random() < share ? 'tok_declined' : 'tok_ok',
      });
      if (outcome === 'bought' && orderId !== null) sold.push(orderId);
      else still.push(number);
      if (outcome === 'declined') count.declined += 1;
      if (outcome === 'out_of_stock') count.refused += 1;
    });
    without = still;
  };
  let comers = buyers;
  while (sold.length < units && count.waves < MAX_WAVES && without.length > 0) {
    await wave(comers, declined);
    if (sold.length === units) break;
    await untilFact(
      'the units of declined payments are freed',
      async () => (await buyer.available(skuId)) > 0,
      COME_BACK_MS,
    );
    comers = COMERS_PER_UNIT * (await buyer.available(skuId));
  }
  // Nothing is left: every buyer is refused now, even with a good card.
  await wave(atOnce, 0);
  return { ...count, sold, seconds: (Date.now() - began) / 1000 };
}

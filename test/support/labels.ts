import type { World } from './world';

/** Lists the labels that the carriers' own journal has of a fulfillment: number, carrier and status. */
export async function labelsOf(world: World, fulfillmentId: string): Promise<string[]> {
  const labels: string[] = [];
  for await (const { key, carrierCode, status } of world.carriers.journal())
    if (key.startsWith(fulfillmentId)) labels.push(`${key.split(':').pop()} ${carrierCode} ${status}`);
  return labels.sort();
}

import { cpus, totalmem } from 'node:os';
import { replayAll } from '../replay/replay-stack';
import { measurePeer } from '../peer/measure-peer';
import type { Peer } from '../peer/peer';
import { measureBare } from './bare-workflows';
import type { Bench } from './bench';
import { measureLevels, warmUp } from './completed-orders';
import { historyCostOf, differenceOf, type HistoryCost } from './history-cost';
import { measureHalfLoad, measureUnloaded } from './post-latency';
import { memoryOf, serviceTotal } from './processes';
import { measureReads } from './reads';
import type { Report } from './report';

const HISTORIES = 5;
const HISTORIES_UNDER_LOAD = 20;

/**
 * Measures every figure on one running stack, those without load first. `loadBefore` is the machine's load average of
 * the minute before; `startPeer` replaces our processes by the reference application, if it is measured, too.
 */
export async function run(bench: Bench, loadBefore: number, startPeer: (() => Promise<Peer>) | null): Promise<Report> {
  const began = Date.now();
  const ours = { title: 'Orders', life: bench.life, pids: bench.pids };
  await warmUp(bench, ours);
  // These orders stay released and unpicked.
  const unloaded = await measureUnloaded(bench, 'POST, unloaded', () => bench.life.place());
  const oneParcel = await historiesOf(bench, 1);
  const twoParcels = await historiesOf(bench, 2);

  const { levels, best, orderIds } = await measureLevels(bench, ours);
  const oneParcelUnderLoad = await historyCostOf(bench.temporal, orderIds.slice(-HISTORIES_UNDER_LOAD));

  const halfLoad = await measureHalfLoad(bench, best.completedPerSecond.median);
  const bare = await measureBare(bench, best.concurrency);
  const reads = await measureReads(bench, orderIds);
  const { replayed, unreplayable } = await bench.measure('Histories, replayed', () => replayAll(bench.temporal));
  const memoryAfter = { worker: memory(bench, 'worker'), api: memory(bench, 'API') };
  // Last, because it replaces our worker and API.
  const peer = startPeer && (await measurePeer(bench, best, startPeer));
  return {
    machine: {
      processors: cpus().length,
      memoryBytes: totalmem(),
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      loadBefore,
    },
    server: bench.plan.server,
    takenAt: new Date(began).toISOString(),
    seconds: (Date.now() - began) / 1000,
    orders: { levels, best: best.concurrency },
    post: { unloaded, halfLoad },
    history: { oneParcel, oneParcelUnderLoad, twoParcels, perFurtherParcel: differenceOf(oneParcel, twoParcels) },
    bare,
    bareWorkflowsPerOrder:
      best.processorMs && bare.processorMs && serviceTotal(best.processorMs) / serviceTotal(bare.processorMs),
    reads,
    memory: memoryAfter,
    ...(peer && { peer }),
    replayed,
    faults: [...bench.faults.list(), ...unreplayable.map((what) => ({ what, count: 1 }))],
    putOff: bench.faults.putOff,
  };
}

/** Plays a few orders one after another and counts the histories of their workflows. */
function historiesOf(bench: Bench, parcels: number): Promise<HistoryCost> {
  return bench.measure(`Histories, orders of ${parcels} parcel(s)`, async () => {
    const orderIds: string[] = [];
    for (let i = 0; i < HISTORIES; i += 1) orderIds.push((await bench.life.play(parcels)).orderId);
    return historyCostOf(bench.temporal, orderIds);
  });
}

function memory(bench: Bench, name: 'worker' | 'API') {
  const pid = bench.pids[name]?.[0];
  if (pid === undefined) throw new Error(`The ${name} has no process.`);
  return memoryOf(pid);
}

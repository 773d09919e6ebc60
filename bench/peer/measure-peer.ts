import { Client } from '@temporalio/client';
import type { Bench } from '../load/bench';
import { measureLevels, warmUp } from '../load/completed-orders';
import type { Level } from '../load/level';
import { measureUnloaded } from '../load/post-latency';
import { PEER_NAMESPACE } from './environment';
import type { Peer } from './peer';
import { peerHistoryCostOf, WORKFLOWS_PER_ORDER } from './peer-history';
import { PeerLife } from './peer-life';
import { type PeerReport, ratioOf } from './peer-report';
import { PEER_NAME } from './program';

const HISTORIES = 5;
const HISTORIES_UNDER_LOAD = 20;

/**
 * Measures the peer by the same loop and levels as ours, and compares the best levels. It starts the peer, and stops it
 * at the end.
 */
export async function measurePeer(bench: Bench, ours: Level, start: () => Promise<Peer>): Promise<PeerReport> {
  const peer = await start();
  const life = new PeerLife(peer.urls, bench.faults, bench.signal);
  try {
    const { Temporal = [], PostgreSQL = [] } = bench.pids;
    const subject = {
      title: 'Peer: orders',
      life,
      // Only the production server stores data in PostgreSQL; the peer itself does not.
      pids: {
        worker: [peer.pids.worker],
        API: [peer.pids.api],
        Temporal,
        ...(bench.plan.server === 'postgres' && { PostgreSQL }),
      },
    };
    await warmUp(bench, subject);
    // The peer's POST returns before the work begins: the stack is idle only once the order before has ended.
    const alone: string[] = [];
    const postUnloaded = await measureUnloaded(bench, 'Peer: POST, unloaded', async () => {
      const placed = await life.play();
      alone.push(placed.orderId);
      return placed;
    });
    const { levels, best, orderIds } = await measureLevels(bench, subject);
    const temporal = new Client({ connection: bench.temporal.connection, namespace: PEER_NAMESPACE });
    const costOf = (ids: readonly string[]) => bench.measure('Peer: histories', () => peerHistoryCostOf(temporal, ids));
    return {
      name: PEER_NAME,
      version: peer.version,
      postUnloaded,
      orders: { levels, best: best.concurrency },
      history: {
        workflows: WORKFLOWS_PER_ORDER,
        unloaded: await costOf(alone.slice(-HISTORIES)),
        underLoad: await costOf(orderIds.slice(-HISTORIES_UNDER_LOAD)),
      },
      oursToPeer: ratioOf(ours, best),
    };
  } finally {
    life.close();
    await peer.stop();
  }
}

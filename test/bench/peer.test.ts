import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults, Unexpected } from '../../bench/load/faults';
import { costOf, medianCost, sumOf, type HistoryEvent } from '../../bench/load/history-cost';
import type { Level } from '../../bench/load/level';
import { pollUntil } from '../../bench/load/looks';
import { GENERATOR } from '../../bench/load/processes';
import { PEER_PORTS, peerEnvironment, peerUrls } from '../../bench/peer/environment';
import { chargeKeyOf } from '../../bench/peer/peer-history';
import { PeerLife, faultOf } from '../../bench/peer/peer-life';
import { ratioOf } from '../../bench/peer/peer-report';
import { printPeer } from '../../bench/peer/print-peer';
import { obtainPeerProgram } from '../../bench/peer/program';

const delivered = { status: 'completed', payment: { status: 'success' }, shipment: { status: 'delivered' } };

describe('the program and its environment', () => {
  test('is the one named; without it and without Go, one sentence says what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'peer-'));
    try {
      await expect(obtainPeerProgram(true, { env: { PATH: folder, XDG_CACHE_HOME: folder } })).rejects.toThrow(
        /^The reference application binary could not be obtained \(go install: Go .*\): .* without --peer\.$/,
      );
      await expect(obtainPeerProgram(join(folder, 'oms'), {})).rejects.toThrow(
        /^--peer names .*oms, which is not a program/,
      );
      await expect(obtainPeerProgram(process.execPath, {})).resolves.toEqual({
        path: process.execPath,
        version: `as ${process.execPath}`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('each server has its own port, and the processes get all ports and nothing else', () => {
    const urls = peerUrls(Array.from({ length: PEER_PORTS }, (_, i) => 41_000 + i));
    expect(new Set(Object.values(urls)).size).toBe(PEER_PORTS);
    expect(peerEnvironment(urls, '127.0.0.1:7233')).toEqual({
      BIND_ON_IP: '127.0.0.1',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TEMPORAL_NAMESPACE: 'reference-app',
      ORDER_API_URL: 'http://127.0.0.1:41000',
      ORDER_API_PORT: '41000',
      SHIPMENT_API_URL: 'http://127.0.0.1:41001',
      SHIPMENT_API_PORT: '41001',
      BILLING_API_URL: 'http://127.0.0.1:41002',
      BILLING_API_PORT: '41002',
      FRAUD_API_URL: 'http://127.0.0.1:41003',
      FRAUD_API_PORT: '41003',
    });
  });
});

describe('an ended order', () => {
  test.each([
    ['nothing, when paid and delivered in one shipment', 'completed', [delivered], null],
    ['its own end, when it is another', 'timedOut', [delivered], 'timedOut'],
    [
      'the fulfillment, though the order says completed',
      'completed',
      [{ ...delivered, status: 'failed' }],
      'with its fulfillment failed',
    ],
    ['the payment', 'completed', [{ ...delivered, payment: { status: 'failed' } }], 'with its payment failed'],
    [
      'the shipment',
      'completed',
      [{ status: 'completed', payment: { status: 'success' } }],
      'with its shipment undefined',
    ],
    ['one shipment, when there are two', 'completed', [delivered, delivered], 'in 2 shipments'],
    ['one shipment, when there is none', 'completed', [], 'in 0 shipments'],
  ])('lacks %s', (_, status, fulfillments, expected) => {
    expect(faultOf({ status, fulfillments })).toBe(expected);
  });
});

/** Stands for the peer: each request for the list advances the shipment, as its workflow would. */
class FakePeer {
  readonly requests: string[] = [];
  /** The keys that callers sent. */
  readonly keys = new Set<string | undefined>();
  readonly #server: Server;
  #shipment = { id: '', status: 'unbooked' };

  constructor(fulfillment: object) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const sentText = chunks.length === 0 ? '' : Buffer.concat(chunks).toString();
        const path = (request.url ?? '').replaceAll(/ord_[0-9A-F]{32}/g, '{id}');
        this.requests.push(`${request.method} ${path}`);
        this.keys.add(request.headers.authorization);
        if (path === '/orders') {
          this.#shipment.id = `${(JSON.parse(sentText) as { id: string }).id}:1`;
          response.writeHead(201).end();
        } else if (path === '/shipments/pending') {
          response.end(
            JSON.stringify([
              { id: 'another:1', status: 'booked' },
              ...(this.#shipment.status === 'unbooked' ? [] : [this.#shipment]),
            ]),
          );
          if (this.#shipment.status === 'unbooked') this.#shipment.status = 'booked';
        } else if (path.startsWith('/shipments/')) {
          this.#shipment.status = (JSON.parse(sentText) as { status: string }).status;
          response.end();
        } else {
          response.end(JSON.stringify({ status: 'completed', fulfillments: [fulfillment] }));
        }
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

async function playAgainst(
  fulfillment: object,
  work: (life: PeerLife, peer: FakePeer) => Promise<void>,
): Promise<void> {
  const peer = new FakePeer(fulfillment);
  const url = await peer.listen();
  const life = new PeerLife(
    { order: url, shipment: url, billing: url, fraud: url },
    new Faults(),
    new AbortController().signal,
  );
  try {
    await work(life, peer);
  } finally {
    life.close();
    peer.close();
  }
}

describe('an order of the peer', () => {
  test('is dispatched once it is booked, delivered once it is dispatched, and looked at to its end', async () => {
    await playAgainst(delivered, async (life, peer) => {
      const { orderId, postMs } = await life.play();
      expect(orderId).toMatch(/^ord_[0-9A-F]{32}$/);
      expect(postMs).toBeGreaterThan(0);
      expect(life.accepted).toBe(1);
      expect(peer.requests).toEqual([
        'POST /orders',
        'GET /shipments/pending',
        'GET /shipments/pending',
        'POST /shipments/{id}:1/status',
        'GET /shipments/pending',
        'POST /shipments/{id}:1/status',
        'GET /orders/{id}',
      ]);
      expect([...peer.keys]).toEqual([undefined]);
    });
  });

  test('that ends without delivery is a fault and fills no window', async () => {
    await playAgainst({ ...delivered, shipment: { status: 'booked' } }, async (life) => {
      await expect(life.play()).rejects.toThrow(Unexpected);
      expect(life.faults.list()).toEqual([{ what: 'an order of the peer ended with its shipment booked', count: 1 }]);
    });
  });
});

test('a caller that waits repeats its request until the fact holds', async () => {
  let looks = 0;
  const looking = { faults: new Faults(), signal: new AbortController().signal };
  await expect(
    pollUntil(
      'never',
      () => Promise.resolve((looks += 1)),
      (seen) => seen === 3,
      String,
      looking,
    ),
  ).resolves.toBe(3);
  expect(looks).toBe(3);
  await expect(
    pollUntil(
      'never',
      () => Promise.resolve(0),
      () => false,
      String,
      { ...looking, signal: AbortSignal.abort(new Error('stopped')) },
    ),
  ).rejects.toThrow();
});

describe('histories', () => {
  const marker = (markerName: string): HistoryEvent => ({ markerRecordedEventAttributes: { markerName } });
  const activity = (name: string, input: unknown): HistoryEvent => ({
    activityTaskScheduledEventAttributes: {
      activityType: { name },
      input: { payloads: [{ data: Buffer.from(JSON.stringify(input)) }] },
    },
  });

  test('count local activities of both kinds of SDK, and no other markers', () => {
    const events = [
      marker('core_local_activity'),
      marker('LocalActivity'),
      marker('SideEffect'),
      activity('Charge', {}),
      { workflowTaskCompletedEventAttributes: {} },
      { workflowExecutionSignaledEventAttributes: {} },
    ];
    expect(costOf(events)).toEqual({ events: 6, workflowTasks: 1, activities: 1, localActivities: 2, signals: 1 });
  });

  test('add up per order, and the median is taken of the sums', () => {
    const cost = (events: number) => ({ events, workflowTasks: 1, activities: 2, localActivities: 3, signals: 4 });
    expect(sumOf([cost(10), cost(20), cost(30)])).toEqual({
      events: 60,
      workflowTasks: 3,
      activities: 6,
      localActivities: 9,
      signals: 12,
    });
    expect(medianCost([cost(1), cost(100), cost(3)])).toEqual(cost(3));
  });

  test('name the charge that belongs to the order', () => {
    expect(
      chargeKeyOf([
        marker('SideEffect'),
        activity('ReserveItems', {}),
        activity('Charge', { customerId: 'c', idempotencyKey: 'key-1' }),
      ]),
    ).toBe('key-1');
    expect(() => chargeKeyOf([activity('ReserveItems', {})])).toThrow('without a charge');
  });
});

describe('the comparison', () => {
  const level = (concurrency: number, perSecond: number, processorMs: Level['processorMs']): Level => ({
    concurrency,
    acceptedPerSecond: { median: perSecond, min: perSecond, max: perSecond },
    completedPerSecond: { median: perSecond, min: perSecond - 0.5, max: perSecond + 0.5 },
    post: { count: 100, p50Ms: 190, p99Ms: 630 },
    processorMs,
  });
  const [ours, peer] = [
    level(25, 9, { worker: 100, API: 100, [GENERATOR]: 50 }),
    level(50, 4, { worker: 150, API: 50, Temporal: 200, [GENERATOR]: 7 }),
  ];

  test("divides ours by the peer's, the load generator left out", () => {
    expect(ratioOf(ours, peer)).toEqual({ completedPerSecond: 2.25, processorTime: 0.5 });
    expect(ratioOf(ours, { ...peer, processorMs: undefined }).processorTime).toBeUndefined();
  });

  test('is printed with everything that was measured of the peer', () => {
    const history = { events: 79, workflowTasks: 14, activities: 5, localActivities: 6, signals: 5 };
    const report = {
      name: 'someone/orders',
      version: 'v1',
      orders: { levels: [level(10, 3, undefined), peer], best: 50 },
      postUnloaded: { count: 20, p50Ms: 12, p99Ms: 30 },
      history: { workflows: 3, unloaded: history, underLoad: { ...history, events: 80 } },
      oursToPeer: ratioOf(ours, peer),
    };
    const printed = printPeer(report);
    expect(printed).toContain('The peer, someone/orders v1:');
    expect(printed).toMatch(
      /50 +4\.0 \(4\.0 to 4\.0\) +4\.0 \(3\.5 to 4\.5\) +p50 190\.0 ms, p99 630\.0 ms \(100\) +<- best/,
    );
    expect(printed).toMatch(/unloaded, one order after another +p50 12\.0 ms, p99 30\.0 ms \(20\)/);
    expect(printed).toMatch(/its 3 workflows together/);
    expect(printed).toMatch(/at its highest load +80 +14 +5 +6 +5/);
    expect(printed).toMatch(
      /order, 50 at a time +400\.0 ms: worker 150\.0, API 50\.0, Temporal 200\.0; besides, load generator 7\.0/,
    );
    expect(printed).toMatch(/complete orders\/s +2\.25 : 1\n +processor time per order +0\.50 : 1/);
    expect(printPeer({ ...report, oursToPeer: { completedPerSecond: 2, processorTime: undefined } })).toMatch(
      /processor time per order +not measured/,
    );
  });
});

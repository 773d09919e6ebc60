import { Faults, Unexpected } from '../../bench/load/faults';
import { differenceOf } from '../../bench/load/history-cost';
import { closedLoop, openLoop, WINDOWS, type Running } from '../../bench/load/loops';
import { printReport } from '../../bench/load/print-report';
import { costPer, GENERATOR, memoryOf, processorTime, serviceTotal } from '../../bench/load/processes';
import type { Report } from '../../bench/load/report';
import { arrivals, latencyOf, quantile, randomFrom, spreadOf } from '../../bench/load/statistics';

const running = (over: Partial<Running> = {}): Running => ({
  faults: new Faults(),
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...over,
});

describe('statistics', () => {
  test.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('the quantile %d of 1 to 100 is %d', (q, expected) => {
    expect(
      quantile(
        Array.from({ length: 100 }, (_, i) => 100 - i),
        q,
      ),
    ).toBe(expected);
  });

  test('a median comes with the least and the greatest value', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(latencyOf([5])).toEqual({ count: 1, p50Ms: 5, p99Ms: 5 });
  });

  test('an empty list has no figures', () => {
    expect(() => quantile([], 0.5)).toThrow('nothing');
    expect(() => spreadOf([])).toThrow('nothing');
  });

  test('arrivals ascend at the requested rate, and repeat for the same seed', () => {
    const drawn = arrivals(5_000, 10, randomFrom(1));
    expect(drawn).toEqual(arrivals(5_000, 10, randomFrom(1)));
    expect(drawn.every((at, i) => at >= (drawn[i - 1] ?? 0))).toBe(true);
    expect((drawn.at(-1) ?? 0) / 5_000).toBeCloseTo(100, -1);
  });
});

describe('loops', () => {
  test('a closed loop keeps its slots full and marks its windows', async () => {
    let [underWay, most, done, marks] = [0, 0, 0, 0];
    const work = async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => {
        setTimeout(resolve, 30);
      });
      underWay -= 1;
      done += 1;
    };
    const seconds = await closedLoop(
      work,
      {
        concurrency: 2,
        warmUp: 2,
        perWindow: 4,
        onMark: () => {
          marks += 1;
        },
      },
      running(),
    );
    expect(seconds).toHaveLength(WINDOWS);
    expect(marks).toBe(WINDOWS + 1);
    expect(most).toBe(2);
    expect(done).toBeGreaterThanOrEqual(14);
  });

  test('faults are counted, fill no window, and end the run when there are too many', async () => {
    const faults = new Faults();
    let call = 0;
    await closedLoop(
      async () => {
        if ((call += 1) % 2 === 0) throw faults.add('odd');
      },
      { concurrency: 1, warmUp: 1, perWindow: 1 },
      running({ faults }),
    );
    expect(faults.list()).toEqual([{ what: 'odd', count: 3 }]);
    await expect(
      closedLoop(
        () => Promise.reject(faults.add('always')),
        { concurrency: 1, warmUp: 1, perWindow: 1 },
        running({ faults }),
      ),
    ).rejects.toThrow('always');
  });

  test('an open loop does not wait for work under way, and ends with any error that is not counted', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    await openLoop(
      async () => {
        begun += 1;
        if (begun === 5) release();
        await gate;
      },
      5,
      1_000,
      running(),
    );
    expect(begun).toBe(5);
    await expect(openLoop(() => Promise.reject(new TypeError('a defect')), 2, 1_000, running())).rejects.toThrow(
      'a defect',
    );
  });

  test('a stop ends both', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(
      closedLoop(() => Promise.resolve(), { concurrency: 1, warmUp: 0, perWindow: 1 }, running({ signal })),
    ).rejects.toThrow();
    await expect(openLoop(() => Promise.resolve(), 1, 1, running({ signal }))).rejects.toThrow();
  });

  test('only counted faults let the run go on', async () => {
    const faults = new Faults();
    await expect(faults.tolerate(() => Promise.reject(new Unexpected('counted elsewhere')))).resolves.toBe(false);
    await expect(faults.tolerate(() => Promise.reject(new Error('a defect')))).rejects.toThrow('a defect');
  });
});

(process.platform === 'linux' ? test : test.skip)(
  'processor time and memory of a process are read, its children included',
  () => {
    const before = processorTime({ us: [process.pid] });
    const end = performance.now() + 60;
    while (performance.now() < end) quantile([1], 1);
    const cost = costPer(before, processorTime({ us: [process.pid] }), 1);
    expect(cost?.us).toBeGreaterThan(0);
    expect(cost?.[GENERATOR]).toBeGreaterThan(0);
    expect(memoryOf(process.pid)?.rssBytes).toBeGreaterThan(1_000_000);
    expect(() => processorTime({ gone: [2 ** 30] })).toThrow('gone');
  },
);

test('the load generator does not count as cost of an order', () => {
  expect(serviceTotal({ API: 2, worker: 3, [GENERATOR]: 50 })).toBe(5);
});

describe('the report', () => {
  const spread = { median: 10, min: 9, max: 11 };
  const latency = { count: 100, p50Ms: 50, p99Ms: 90 };
  const one = { events: 40, workflowTasks: 5, activities: 0, localActivities: 8, signals: 3 };
  const two = { events: 61, workflowTasks: 7, activities: 0, localActivities: 11, signals: 6 };
  const report: Report = {
    machine: { processors: 2, memoryBytes: 2 ** 34, platform: 'linux x64', node: '20.19.0', loadBefore: 0 },
    server: 'embedded',
    takenAt: '2026-11-23T00:00:00.000Z',
    seconds: 100,
    orders: {
      best: 25,
      levels: [
        {
          concurrency: 25,
          acceptedPerSecond: spread,
          completedPerSecond: spread,
          post: latency,
          processorMs: { worker: 40, API: 20, [GENERATOR]: 5 },
        },
      ],
    },
    post: { unloaded: latency, halfLoad: { ...latency, perSecond: 5 } },
    history: { oneParcel: one, oneParcelUnderLoad: one, twoParcels: two, perFurtherParcel: differenceOf(one, two) },
    bare: { concurrency: 25, perSecond: spread, processorMs: { 'bare worker': 6, Temporal: 6, [GENERATOR]: 1 } },
    bareWorkflowsPerOrder: 5,
    reads: {
      concurrency: 32,
      perSecond: { median: 2_000, min: 1_900, max: 2_100 },
      halfLoad: { ...latency, perSecond: 1_000 },
      processorMs: { API: 0.4, [GENERATOR]: 0.1 },
    },
    memory: { worker: { rssBytes: 2 ** 28, peakBytes: 2 ** 29 }, api: undefined },
    replayed: 480,
    faults: [],
    putOff: 0,
  };

  test('contains every figure, and names those that could not be measured', () => {
    const printed = printReport(report);
    expect(printed).toMatch(
      /25 +10\.0 \(9\.0 to 11\.0\) +10\.0 \(9\.0 to 11\.0\) +p50 50\.0 ms, p99 90\.0 ms \(100\) +<- best/,
    );
    expect(printed).toMatch(/each further parcel +21 +2 +0 +3 +3/);
    expect(printed).toMatch(/order, 25 at a time +60\.0 ms: worker 40\.0, API 20\.0; besides, load generator 5\.0/);
    expect(printed).toContain('one order costs 5.0 bare workflows');
    expect(printed).toMatch(/32 at a time +2000 \(1900 to 2100\) \/s/);
    expect(printed).toMatch(/worker +256 MiB, at most 512 MiB/);
    expect(printed).toMatch(/API +not measured/);
    expect(printed).toContain('Every other answer was as expected.');
  });

  test('contains the faults', () => {
    expect(printReport({ ...report, faults: [{ what: 'POST /v1/orders: 500', count: 3 }] })).toContain(
      'NOT AS EXPECTED:\n  3 x POST /v1/orders: 500',
    );
  });
});

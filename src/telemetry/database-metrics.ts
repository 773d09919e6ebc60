import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Transactions } from '../books/transactions';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measures the pool and the transactions of a process. The pool is read at each scrape; every transaction that is run
 * through the returned object counts, with its retries and its wait for a connection.
 */
export function measureDatabase(registry: Registry, transactions: Transactions): Transactions {
  new Gauge({
    name: 'mallflow_database_connections',
    help: 'Connections of the pool',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { open, idle } = transactions.pool();
      this.set({ state: 'used' }, open - idle);
      this.set({ state: 'idle' }, idle);
    },
  });
  new Gauge({
    name: 'mallflow_database_waiting',
    help: 'Transactions that wait for a connection',
    registers: [registry],
    collect() {
      this.set(transactions.pool().waiting);
    },
  });
  const duration = new Histogram({
    name: 'mallflow_database_transaction_duration_seconds',
    help: 'Transactions, from asking for a connection to the end',
    labelNames: ['mode', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const timed = async <T>(mode: 'run' | 'snapshot', transaction: Promise<T>): Promise<T> => {
    const end = duration.startTimer({ mode });
    try {
      const result = await transaction;
      end({ outcome: 'committed' });
      return result;
    } catch (error) {
      end({ outcome: 'rolled_back' });
      throw error;
    }
  };
  return {
    ...transactions,
    run: (caller, work) => timed('run', transactions.run(caller, work)),
    snapshot: (caller, work) => timed('snapshot', transactions.snapshot(caller, work)),
  };
}

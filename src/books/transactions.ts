import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import { DatabaseError, TypeOverrides } from 'pg';
import type { Caller } from '../contracts/caller';
import type { DB } from '../generated/database';
import { pipeliningPool, preparingPool, SET_CALLER, STALE_PLAN, type StepLimits } from './connection-pool';

/** Names an open transaction. */
export type Tx = Transaction<DB>;

const INT8 = 20;
const DATE = 1082;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const RETRYABLE: readonly (string | undefined)[] = [SERIALIZATION_FAILURE, DEADLOCK, STALE_PLAN];
const MAX_ATTEMPTS = 6;
/** Is the longest that a transaction waits for a connection of the pool. */
const CONNECTION_LIMIT_MS = 5_000;
/** Longer than any statement of an order waits for a lock; audits, which read everything, set more. */
const STATEMENT_LIMIT_MS = 10_000;

/** How long the server's own time-out error may take to arrive. */
const ANSWER_MS = 1_000;

/** Limits transactions whose caller sets nothing else. */
export const USUAL_LIMITS: StepLimits = { connectionMs: CONNECTION_LIMIT_MS };

/** Opens every transaction of the system, each with its caller set for row-level security and the audit trail. */
export interface Transactions {
  /**
   * Runs work in one transaction. Serialization failures, deadlocks and plans that a migration made stale are retried
   * up to six times with a growing, random pause, so the work must have no effect outside the transaction. Anything
   * else rolls back and is thrown.
   */
  run<T>(caller: Caller, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Reads in one transaction that sees the whole database as it was at its first statement, and may write nothing.
   * Retried as `run` is, and cheaper: nobody waits for its end.
   */
  snapshot<T>(caller: Caller, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Resolves once the database answers; throws when it is unavailable. */
  ping(): Promise<void>;
  /** Reports the pool's connections, open and idle, and how many callers wait for one. */
  pool(): PoolState;
  close(): Promise<void>;
}

/** Counts the connections of the pool, and the callers that wait for one. */
export interface PoolState {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/**
 * Connects to PostgreSQL with a pool. Whole numbers come back as numbers (amounts stay below 2^53), dates as midnight
 * UTC. `onBroken` is called for connections that break, idle or in the middle of a transaction; the pool replaces them.
 * The server ends a statement that takes longer than `statementLimitMs`, or a connection that is idle for as long
 * within a transaction; a connection without any answer is closed a second later. The transaction then fails as
 * unavailable. So does one that waits too long for a connection of the pool. `limitsOf` answers, as a transaction is
 * opened, what limits it.
 */
export function connect(
  url: string,
  poolSize: number,
  onBroken: (error: Error) => void,
  statementLimitMs = STATEMENT_LIMIT_MS,
  limitsOf: () => StepLimits = () => USUAL_LIMITS,
): Transactions {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(INT8, Number);
  parsers.setTypeParser(DATE, (value) => new Date(`${value}T00:00:00Z`));
  const pool = pipeliningPool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECTION_LIMIT_MS,
    application_name: 'mallflow',
    // Ends the server's side of a connection that died silently: it would wait, or hold its locks, for ever.
    statement_timeout: statementLimitMs,
    idle_in_transaction_session_timeout: statementLimitMs,
    types: parsers,
  });
  let closing = false;
  const reported = new WeakSet<Error>();
  const reportBroken = (error: Error): void => {
    if (closing || reported.has(error)) return;
    reported.add(error);
    onBroken(error);
  };
  pool.on('error', reportBroken);
  // The pool listens to idle connections only: one that breaks between two statements of a transaction would end the
  // process.
  pool.on('connect', (client) => {
    client.on('error', reportBroken);
  });
  const database = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: preparingPool(pool, statementLimitMs + ANSWER_MS, limitsOf) }),
  });
  const onBehalfOf = async <T>(caller: Caller, tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const { statementMs = statementLimitMs } = limitsOf();
    await tx.executeQuery(
      CompiledQuery.raw(SET_CALLER, [caller.role, caller.subject, caller.actor, String(statementMs)]),
    );
    return work(tx);
  };
  return {
    run: (caller, work) => retrying(() => database.transaction().execute((tx) => onBehalfOf(caller, tx, work))),
    snapshot: (caller, work) =>
      retrying(() =>
        database
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute((tx) => onBehalfOf(caller, tx, work)),
      ),
    ping: async () => {
      await database.executeQuery(CompiledQuery.raw('select 1'));
    },
    pool: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => {
      closing = true;
      return database.destroy();
    },
  };
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      const retryable = error instanceof DatabaseError && RETRYABLE.includes(error.code);
      if (!retryable || n === MAX_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** n));
    }
  }
}

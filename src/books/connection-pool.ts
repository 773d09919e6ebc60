import { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Client, DatabaseError, Pool, type ClientConfig, type PoolClient, type PoolConfig, type QueryResult } from 'pg';

/** Statements kept per connection: beyond them, rare ones are planned each time. */
const MAX_STATEMENTS = 300;

/** PostgreSQL's error code for a prepared statement whose table a migration has changed. */
export const STALE_PLAN = '0A000';

/** Sets the caller for the rest of the transaction: role, subject, actor; and the time limit of a statement, ms. */
export const SET_CALLER =
  "select set_config('app.role', $1, true), set_config('app.subject', $2, true), set_config('app.actor', $3, true), " +
  "set_config('statement_timeout', $4, true)";
/** Ends a transaction: sent even when nobody waits for it any more. */
const ENDS: readonly string[] = ['commit', 'rollback'];

/** Says whether a statement opens a transaction: it is sent with the first statement of the work itself. */
const opens = (text: string): boolean =>
  text === SET_CALLER || text === 'begin' || text.startsWith('start transaction');
const isReadOnly = (text: string): boolean => text.endsWith(' read only');

/** Limits the transactions of a caller. */
export interface StepLimits {
  /** How long one waits for a connection of the pool, ms; 5 s at most. */
  readonly connectionMs: number;
  /** How long a statement may take, ms; undefined: as long as the connection lets it. */
  readonly statementMs?: number;
  /** Whether nobody waits for the caller any more: its transactions then roll back. */
  readonly isOver?: () => boolean;
}

/** Stands for the answer to a statement that is not awaited. */
const NOT_AWAITED = { command: '', rowCount: 0, rows: [] };

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Sends the statements of one moment in one write. A write, with the wake-up that follows it, costs more than a
 * statement.
 */
class OneWriteClient extends Client {
  /** The socket of each client: the pool types its clients by their base class. */
  static readonly #sockets = new WeakMap<object, Socket>();

  constructor(config?: string | ClientConfig) {
    const socket = new Socket();
    super({
      ...(typeof config === 'string' ? { connectionString: config } : config),
      stream: () => socket,
      pipeline: true,
    });
    OneWriteClient.#sockets.set(this, socket);
  }

  static inOneWrite<T>(client: PoolClient, send: () => T): T {
    const socket = OneWriteClient.#sockets.get(client);
    socket?.cork();
    try {
      return send();
    } finally {
      socket?.uncork();
    }
  }

  /** Closes a connection at once: `end` would wait for the answers to sent statements. */
  static destroy(client: PoolClient): void {
    OneWriteClient.#sockets.get(client)?.destroy();
  }
}

/** Builds a pool whose connections send several statements without waiting for the first one's answer. */
export const pipeliningPool = (config: PoolConfig): Pool => new Pool({ ...config, Client: OneWriteClient });

/**
 * Wraps a pool so that each connection prepares a statement with parameters once. Under row-level security, planning a
 * read costs PostgreSQL several times as much as running it. A connection whose plans a migration made stale is closed,
 * not reused. So is one on which a statement is not answered within `statementLimitMs`: it may have died silently, and
 * would keep its place in the pool for ever. The statement fails with pg's own "Connection terminated". The statements
 * that open a transaction are sent with its first statement, and the end of one that only read is not awaited: one
 * round trip in place of four. If the opening fails, PostgreSQL refuses what follows it, and the opening's error is
 * thrown. Once nobody waits for its caller, a transaction sends no more statements, and is rolled back.
 */
export function preparingPool(pool: Pool, statementLimitMs: number, limitsOf: () => StepLimits): PostgresPool {
  const wrapped = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const { connectionMs } = assertWanted(limitsOf());
      const client = await takeWithin(pool, connectionMs);
      const known = wrapped.get(client) ?? prepare(client, statementLimitMs, limitsOf);
      wrapped.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

/** Waits for a connection for a time. One that comes later goes back to the pool at once. */
async function takeWithin(pool: Pool, limitMs: number): Promise<PoolClient> {
  const taking = pool.connect();
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  try {
    const client = await Promise.race([taking, timedOut]);
    if (client !== undefined) return client;
  } finally {
    clearTimeout(timer);
  }
  taking.then(
    (client) => {
      client.release();
    },
    () => {
      // It failed after nobody waited for it any more.
    },
  );
  // The words of `pg`, which callers know as "unavailable".
  throw new Error('timeout exceeded when trying to connect');
}

/** Throws when nobody waits for the caller any more; else returns its limits. */
function assertWanted(limits: StepLimits): StepLimits {
  if (limits.isOver?.() === true) throw new Error('The time of this step was over before its transaction ended');
  return limits;
}

function prepare(client: PoolClient, statementLimitMs: number, limitsOf: () => StepLimits): PostgresPoolClient {
  const names = new Map<string, string>();
  const held: Statement[] = [];
  let reading = false;
  let unusable = false;
  let ended: Promise<unknown> = Promise.resolve();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MAX_STATEMENTS) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
  const send = ({ text, values }: Statement): Promise<QueryResult> => {
    const name = values.length > 0 ? nameOf(text) : undefined;
    return client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
  };
  const query = async (text: string, values: readonly unknown[] = []) => {
    if (opens(text)) {
      if (text !== SET_CALLER) reading = isReadOnly(text);
      held.push({ text, values });
      return NOT_AWAITED;
    }
    if (!ENDS.includes(text)) assertWanted(limitsOf());
    const statements = [...held.splice(0), { text, values }];
    const timer = setTimeout(() => {
      OneWriteClient.destroy(client);
    }, statementLimitMs);
    const answers = Promise.allSettled(OneWriteClient.inOneWrite(client, () => statements.map(send))).then(
      (settled) => {
        clearTimeout(timer);
        const failed = settled.find((answer) => answer.status === 'rejected');
        if (failed === undefined) return (settled.at(-1) as PromiseFulfilledResult<QueryResult>).value;
        unusable ||= failed.reason instanceof DatabaseError && failed.reason.code === STALE_PLAN;
        throw failed.reason;
      },
    );
    if (text !== 'commit' || !reading) return answers;
    // Only the connection depends on its answer.
    ended = answers.catch(() => {
      unusable = true;
    });
    return NOT_AWAITED;
  };
  const release = (): void => {
    void ended.then(() => {
      client.release(unusable);
    });
  };
  // Cursors, the other form of `query`, come only to a dialect that was given them.
  return { query: query as unknown as PostgresPoolClient['query'], release };
}

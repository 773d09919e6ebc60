import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { SEARCH_ATTRIBUTES } from '../../contracts/temporal-names';
import { type Child, startChild } from '../child-process';

const START_TIMEOUT_MS = 60_000;
const CALL_TIMEOUT_MS = 5_000;
const RETENTION = '30 days';
export const NAMESPACE = 'default';

type SearchAttributeName = keyof typeof SEARCH_ATTRIBUTES;
const NAMES = Object.keys(SEARCH_ATTRIBUTES) as SearchAttributeName[];
/** Maps the types to Temporal's numbers (`temporal.api.enums.v1.IndexedValueType`). */
const INDEXED_VALUE_TYPE = { Keyword: 2, Datetime: 6, KeywordList: 7 } as const;

/** Enables priority and fairness (the first two), and eager activities and Update-with-Start for an order's verdict. */
const SERVER_SETTINGS = [
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
  'system.enableActivityEagerExecution=true',
  'frontend.enableExecuteMultiOperation=true',
] as const;

export interface TemporalOptions {
  /** The `temporal` program. */
  readonly binary: string;
  /** Keeps every workflow across restarts; created by the first start. */
  readonly databaseFile: string;
  readonly port: number;
  readonly uiPort: number;
  readonly cwd: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** Ends the start when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the Temporal development server on 127.0.0.1 and resolves once it knows our namespace and search attributes.
 * The namespace has a retention of 30 days. A database of an earlier start is used as it is.
 */
export async function startTemporal(options: TemporalOptions): Promise<Child> {
  const address = `127.0.0.1:${options.port}`;
  const child = await startChild(
    {
      name: 'Temporal',
      command: options.binary,
      args: argumentsFor(options),
      env: process.env,
      cwd: options.cwd,
      stopTimeoutMs: 20_000,
      signal: options.signal,
      logFile: options.logFile,
      pidFile: options.pidFile,
    },
    () => knowsNamespace(address),
    START_TIMEOUT_MS,
  );
  try {
    await prepareNamespace(address);
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

function argumentsFor(options: TemporalOptions): string[] {
  const searchAttributes = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => `${name}=${type}`);
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(options.port),
    '--ui-port',
    String(options.uiPort),
    '--db-filename',
    options.databaseFile,
    '--sqlite-pragma',
    'journal_mode=WAL',
    '--sqlite-pragma',
    'synchronous=NORMAL',
    '--namespace',
    NAMESPACE,
    '--log-level',
    'error',
    ...searchAttributes.flatMap((pair) => ['--search-attribute', pair]),
    ...SERVER_SETTINGS.flatMap((pair) => ['--dynamic-config-value', pair]),
  ];
}

/** Adds the missing search attributes to our namespace and sets its retention. Safe to repeat. */
export async function prepareNamespace(address: string): Promise<void> {
  await addSearchAttributes(address);
  await setRetention(address);
}

/** Returns whether the server serves our namespace; false while nobody listens or the namespace does not exist yet. */
export async function knowsNamespace(address: string): Promise<boolean> {
  try {
    await missingSearchAttributes(address);
    return true;
  } catch (error) {
    if (isNotReadyYet(error)) return false;
    throw error;
  }
}

/** Lists those of our search attributes that the server does not know yet. */
export const missingSearchAttributes = (address: string): Promise<SearchAttributeName[]> =>
  withConnection(address, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: NAMESPACE });
    return NAMES.filter((name) => !(name in customAttributes));
  });

/**
 * Adds the search attributes that an earlier release did not have. A server reads its flags only for a new database.
 */
async function addSearchAttributes(address: string): Promise<void> {
  const missing = await missingSearchAttributes(address);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map((name) => [name, INDEXED_VALUE_TYPE[SEARCH_ATTRIBUTES[name]]]),
  );
  await withConnection(address, ({ operatorService }) =>
    operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes }),
  );
}

/** Returns whether a gRPC error means "not ready yet": DEADLINE_EXCEEDED, NOT_FOUND (no namespace yet), UNAVAILABLE. */
export const isNotReadyYet = (error: unknown): boolean => [4, 5, 14].includes((error as { code?: number }).code ?? -1);

/** Keeps ended workflows long enough for the audit and for staff. The server's own default is one day. */
async function setRetention(address: string): Promise<void> {
  await withConnection(address, ({ workflowService }) =>
    workflowService.updateNamespace({
      namespace: NAMESPACE,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    }),
  );
}

/** Does a piece of work on a connection to the server, within 5 s, and closes the connection. */
export async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = Connection.lazy({ address });
  try {
    return await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => work(connection));
  } finally {
    await connection.close();
  }
}

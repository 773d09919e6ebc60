import { join } from 'node:path';
import type { Child } from './child-process';
import type { StatePaths } from './paths';
import type { Ports } from './ports';
import { APP_ROLE } from './postgres/databases';
import { ownerUrlOf, type PostgresOptions, postgresUrl } from './postgres/postgres-server';
import type { Settings } from './settings';

const DATABASE = 'mallflow';
/** The address that every part listens on. */
export const HOST = '127.0.0.1';

export type PartName = 'postgres' | 'temporal' | 'gateway' | 'carrier' | 'supplier' | 'notifier' | 'worker' | 'api';

export type Reroute = (part: PartName, environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;

/** Describes the options of a Temporal server that runs in place of the development server. */
export interface TemporalServerOptions {
  readonly port: number;
  /** The connection of the embedded PostgreSQL's owner to the database `postgres`, which always exists. */
  readonly maintenanceUrl: string;
  readonly cwd: string;
  readonly logFile: string;
  readonly pidFile: string;
  readonly signal: AbortSignal | undefined;
}

/** Starts a Temporal server and resolves once it knows our namespace and search attributes. */
export type TemporalServer = (place: TemporalServerOptions) => Promise<Child>;

/** Lists everything that the parts are started with. */
export interface PartContext {
  readonly paths: StatePaths;
  readonly ports: Ports;
  readonly settings: Settings;
  /**
   * The caller's environment. Each of DATABASE_URL, TEMPORAL_ADDRESS, PAYMENT_URL, CARRIER_URL, SUPPLIER_URL, and
   * SMTP_URL with SMS_URL, replaces a part.
   */
  readonly env: NodeJS.ProcessEnv;
  readonly durable: boolean;
  /** Changes the environment of the worker and the API; a test sends their connections through proxies of its own. */
  readonly reroute?: Reroute | undefined;
  /** The `temporal` program; null when its development server is not run. */
  readonly temporalBinary: string | null;
  /** Runs another Temporal server in place of the development server. */
  readonly temporalServer?: TemporalServer | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Lists the address of each part, embedded or not. */
export interface Urls {
  readonly api: string;
  readonly docs: string;
  readonly webUi: string | null;
  readonly temporal: string;
  readonly gateway: string;
  readonly carrier: string;
  readonly supplier: string;
  /** The sandbox of mail and SMS: its HTTP address, and its SMTP address below. */
  readonly sms: string;
  readonly smtp: string;
  /** The connection of the application's own role. */
  readonly database: string;
  /** The owner's connection; null when the database is not embedded and DATABASE_OWNER_URL is not set. */
  readonly databaseOwner: string | null;
}

/** Returns the parts that the environment replaces with servers outside this stack. */
export const replacedParts = (env: NodeJS.ProcessEnv): ReadonlySet<PartName> => {
  const byVariable = {
    postgres: env.DATABASE_URL,
    temporal: env.TEMPORAL_ADDRESS,
    gateway: env.PAYMENT_URL,
    carrier: env.CARRIER_URL,
    supplier: env.SUPPLIER_URL,
    notifier: env.SMTP_URL && env.SMS_URL,
  };
  return new Set((Object.keys(byVariable) as (keyof typeof byVariable)[]).filter((part) => byVariable[part]));
};

/** Leaves out the variables that would replace an embedded part. */
export function withoutReplacements({
  DATABASE_URL,
  DATABASE_OWNER_URL,
  TEMPORAL_ADDRESS,
  PAYMENT_URL,
  CARRIER_URL,
  SUPPLIER_URL,
  SMTP_URL,
  SMS_URL,
  ...rest
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}

/** Builds the address of each part. */
export function urlsOf(context: PartContext): Urls {
  const { env, ports, settings } = context;
  const replaced = replacedParts(env);
  const api = `http://${HOST}:${ports.api}`;
  const isEmbedded = !replaced.has('postgres');
  return {
    api,
    docs: `${api}/docs`,
    webUi: replaced.has('temporal') ? null : `http://${HOST}:${ports.webUi}`,
    temporal: env.TEMPORAL_ADDRESS || `${HOST}:${ports.temporal}`,
    gateway: env.PAYMENT_URL || `http://${HOST}:${ports.gateway}`,
    carrier: env.CARRIER_URL || `http://${HOST}:${ports.carrier}`,
    supplier: env.SUPPLIER_URL || `http://${HOST}:${ports.supplier}`,
    sms: env.SMS_URL || `http://${HOST}:${ports.notifier}`,
    smtp: env.SMTP_URL || `smtp://${HOST}:${ports.smtp}`,
    database: env.DATABASE_URL || postgresUrl(APP_ROLE, settings.POSTGRES_APP_PASSWORD, ports.postgres, DATABASE),
    databaseOwner: isEmbedded ? ownerUrlOf(postgresOptions(context), DATABASE) : env.DATABASE_OWNER_URL || null,
  };
}

/** Builds the connection of the embedded PostgreSQL's owner to the database `postgres`, which always exists. */
export const maintenanceUrl = (context: PartContext): string => ownerUrlOf(postgresOptions(context), 'postgres');

/** Builds the options of the embedded PostgreSQL. */
export function postgresOptions({ paths, ports, settings, durable, signal }: PartContext): PostgresOptions {
  return {
    dataDir: paths.postgres,
    port: ports.postgres,
    ownerPassword: settings.POSTGRES_OWNER_PASSWORD,
    durable,
    signal,
    ...filesOf(paths, 'postgres'),
  };
}

/** Names the log and the pid file of a part. */
export const filesOf = (paths: StatePaths, name: PartName) => ({
  logFile: join(paths.logs, `${name}.log`),
  pidFile: join(paths.run, `${name}.pid`),
});

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_CARRIER } from '../providers/carriers/sandbox-carrier';
import { SANDBOX_GATEWAY } from '../providers/payments/sandbox-gateway';
import { SANDBOX_SUPPLIER } from '../providers/suppliers/sandbox-supplier';
import { APP_ROLE } from './postgres/databases';
import { packageRoot, type StatePaths } from './paths';
import type { Ports } from './ports';
import { ownerUrlOf, type PostgresOptions, postgresUrl, startPostgres } from './postgres/postgres-server';
import { type Child, startChild } from './child-process';
import { answersOk, logs } from './readiness';
import type { Settings } from './settings';
import { NAMESPACE, startTemporal } from './temporal/temporal-server';

const START_TIMEOUT_MS = 60_000;
/** Longer than the worker gives the activities it is in the middle of. */
const STOP_TIMEOUT_MS = 30_000;
const DATABASE = 'mallflow';
const HOST = '127.0.0.1';

/** Where the providers send their webhooks: the API's routes. */
const WEBHOOK_PATH = {
  payment: `/v1/webhooks/payments/${SANDBOX_GATEWAY}`,
  carrier: `/v1/webhooks/carriers/${SANDBOX_CARRIER}`,
  supplier: `/v1/webhooks/suppliers/${SANDBOX_SUPPLIER}`,
} as const;

export type PartName = 'postgres' | 'temporal' | 'gateway' | 'carrier' | 'supplier' | 'notifier' | 'worker' | 'api';

export type Reroute = (part: PartName, environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;

/** Where a Temporal server that is not the development server is to run, and the database beside it. */
export interface TemporalPlace {
  readonly port: number;
  /** The connection of the embedded PostgreSQL's owner to the database that is always there. */
  readonly maintenanceUrl: string;
  readonly cwd: string;
  readonly logFile: string;
  readonly pidFile: string;
  readonly signal: AbortSignal | undefined;
}

/** Starts a Temporal server and resolves once it knows our namespace and search attributes. */
export type TemporalServer = (place: TemporalPlace) => Promise<Child>;

/** What every part is started from. */
export interface PartContext {
  readonly paths: StatePaths;
  readonly ports: Ports;
  readonly settings: Settings;
  /**
   * The caller's environment: what it sets of DATABASE_URL, TEMPORAL_ADDRESS, PAYMENT_URL, CARRIER_URL, SUPPLIER_URL,
   * and SMTP_URL with SMS_URL, replaces a part.
   */
  readonly env: NodeJS.ProcessEnv;
  readonly durable: boolean;
  /** Changes what the worker and the API are started with; a test leads their links through doors of its own. */
  readonly reroute?: Reroute | undefined;
  /** The `temporal` program; null where its development server is not run. */
  readonly temporalBinary: string | null;
  /** Runs another Temporal server in place of the development server. */
  readonly temporalServer?: TemporalServer | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Where each part is reached, embedded or not. */
export interface Urls {
  readonly api: string;
  readonly docs: string;
  readonly webUi: string | null;
  readonly temporal: string;
  readonly gateway: string;
  readonly carrier: string;
  readonly supplier: string;
  /** The sandbox of mail and SMS: its HTTP side, and where mail is handed in. */
  readonly sms: string;
  readonly smtp: string;
  /** The application's own connection. */
  readonly database: string;
  /** The owner's connection; null where the database is not ours and none was named. */
  readonly databaseOwner: string | null;
}

/** Tells which parts the environment has replaced with others. */
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

/** Leaves out what would put somebody else's server in place of an embedded part. */
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

/** Works out where each part is reached. */
export function urlsOf(context: PartContext): Urls {
  const { env, ports, settings } = context;
  const replaced = replacedParts(env);
  const api = `http://${HOST}:${ports.api}`;
  const local = !replaced.has('postgres');
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
    databaseOwner: local ? ownerUrlOf(postgresOptions(context), DATABASE) : env.DATABASE_OWNER_URL || null,
  };
}

/** The connection of the embedded PostgreSQL's owner to the database that is always there. */
export const maintenanceUrl = (context: PartContext): string => ownerUrlOf(postgresOptions(context), 'postgres');

function postgresOptions({ paths, ports, settings, durable, signal }: PartContext): PostgresOptions {
  return {
    dataDir: paths.postgres,
    port: ports.postgres,
    ownerPassword: settings.POSTGRES_OWNER_PASSWORD,
    durable,
    signal,
    ...filesOf(paths, 'postgres'),
  };
}

const filesOf = (paths: StatePaths, name: PartName) => ({
  logFile: join(paths.logs, `${name}.log`),
  pidFile: join(paths.run, `${name}.pid`),
});

/** Starts one part and resolves once it is ready; rejects with what it wrote last when it does not get there. */
export async function startPart(name: PartName, context: PartContext): Promise<Child> {
  const { paths, ports, settings } = context;
  const urls = urlsOf(context);
  switch (name) {
    case 'postgres':
      return startPostgres(postgresOptions(context));
    case 'temporal':
      if (context.temporalServer !== undefined) {
        return context.temporalServer({
          port: ports.temporal,
          maintenanceUrl: maintenanceUrl(context),
          cwd: paths.root,
          signal: context.signal,
          ...filesOf(paths, name),
        });
      }
      if (context.temporalBinary === null) throw new Error('Temporal is not run by this stack.');
      return startTemporal({
        binary: context.temporalBinary,
        databaseFile: paths.temporal,
        port: ports.temporal,
        uiPort: ports.webUi,
        cwd: paths.root,
        signal: context.signal,
        ...filesOf(paths, name),
      });
    case 'gateway':
      return startNode(
        name,
        context,
        'src/sandboxes/payments/main.js',
        {
          HOST,
          PORT: String(ports.gateway),
          PUBLIC_URL: urls.gateway,
          API_KEY: settings.PAYMENT_API_KEY,
          WEBHOOK_SECRET: settings.PAYMENT_WEBHOOK_SECRET,
          WEBHOOK_URL: `${urls.api}${WEBHOOK_PATH.payment}`,
          JOURNAL_FILE: join(paths.journals, 'gateway.jsonl'),
        },
        () => answersOk(`${urls.gateway}/healthz`),
      );
    case 'carrier':
      return startNode(
        name,
        context,
        'src/sandboxes/carriers/main.js',
        {
          HOST,
          PORT: String(ports.carrier),
          PUBLIC_URL: urls.carrier,
          API_KEY: settings.CARRIER_API_KEY,
          WEBHOOK_SECRET: settings.CARRIER_WEBHOOK_SECRET,
          WEBHOOK_URL: `${urls.api}${WEBHOOK_PATH.carrier}`,
          JOURNAL_FILE: join(paths.journals, 'carrier.jsonl'),
        },
        () => answersOk(`${urls.carrier}/healthz`),
      );
    case 'supplier':
      return startNode(
        name,
        context,
        'src/sandboxes/suppliers/main.js',
        {
          HOST,
          PORT: String(ports.supplier),
          PUBLIC_URL: urls.supplier,
          API_KEY: settings.SUPPLIER_API_KEY,
          WEBHOOK_SECRET: settings.SUPPLIER_WEBHOOK_SECRET,
          WEBHOOK_URL: `${urls.api}${WEBHOOK_PATH.supplier}`,
          JOURNAL_FILE: join(paths.journals, 'supplier.jsonl'),
        },
        () => answersOk(`${urls.supplier}/healthz`),
      );
    case 'notifier':
      return startNode(
        name,
        context,
        'src/sandboxes/notifications/main.js',
        {
          HOST,
          PORT: String(ports.notifier),
          SMTP_PORT: String(ports.smtp),
          API_KEY: settings.SMS_API_KEY,
          JOURNAL_FILE: join(paths.journals, 'notifier.jsonl'),
        },
        () => answersOk(`http://${HOST}:${ports.notifier}/healthz`),
      );
    case 'worker':
      return startNode(
        name,
        context,
        'src/worker.js',
        { ...serviceEnvironment(context, name), ...tellingLogLevel(context.env) },
        logs(filesOf(paths, name).logFile, 'worker ready'),
      );
    case 'api':
      return startNode(name, context, 'src/server.js', serviceEnvironment(context, name), () =>
        answersOk(`${urls.api}/readyz`),
      );
  }
}

/** Builds the settings of src/config.ts, and of the Temporal client, that the worker and the API read. */
export function serviceEnvironment(context: PartContext, part?: 'worker' | 'api'): NodeJS.ProcessEnv {
  const { settings, ports } = context;
  const urls = urlsOf(context);
  const environment = {
    HOST,
    PORT: String(ports.api),
    DATABASE_URL: urls.database,
    PAYMENT_URL: urls.gateway,
    CARRIER_URL: urls.carrier,
    SUPPLIER_URL: urls.supplier,
    SMTP_URL: urls.smtp,
    SMS_URL: urls.sms,
    SMS_API_KEY: settings.SMS_API_KEY,
    ADDRESS_FIX_URL: context.env.ADDRESS_FIX_URL ?? `${urls.api}/v1/address-fixes/{token}`,
    ENCRYPTION_KEYS: settings.ENCRYPTION_KEYS,
    BLIND_INDEX_KEY: settings.BLIND_INDEX_KEY,
    PAYMENT_API_KEY: settings.PAYMENT_API_KEY,
    PAYMENT_WEBHOOK_SECRET: settings.PAYMENT_WEBHOOK_SECRET,
    CARRIER_API_KEY: settings.CARRIER_API_KEY,
    CARRIER_WEBHOOK_SECRET: settings.CARRIER_WEBHOOK_SECRET,
    SUPPLIER_API_KEY: settings.SUPPLIER_API_KEY,
    SUPPLIER_WEBHOOK_SECRET: settings.SUPPLIER_WEBHOOK_SECRET,
    ...temporalEnvironment(context),
  };
  return part === undefined || context.reroute === undefined ? environment : context.reroute(part, environment);
}

/** The worker tells that it is ready in its log, at level info: a narrower level would leave us waiting. */
const tellingLogLevel = ({ LOG_LEVEL: level = 'info' }: NodeJS.ProcessEnv) => ({
  LOG_LEVEL: ['debug', 'trace'].includes(level) ? level : 'info',
});

/** Where a worker shows the figures of Temporal's SDK: a setting of ours, whoever's the server is. */
const OWN_FIGURES = 'TEMPORAL_METRICS_ADDRESS';

/**
 * With our own server nothing a person set up for another one (a profile, an API key, certificates, versions) may
 * apply.
 */
function temporalEnvironment({ env, paths, ports }: PartContext): NodeJS.ProcessEnv {
  if (replacedParts(env).has('temporal')) return {};
  const none = join(paths.run, 'temporal.toml');
  writeFileSync(none, '[profile.default]\n');
  const others: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(env))
    if (name.startsWith('TEMPORAL_') && name !== OWN_FIGURES) others[name] = undefined;
  return {
    ...others,
    TEMPORAL_CONFIG_FILE: none,
    TEMPORAL_ADDRESS: `${HOST}:${ports.temporal}`,
    TEMPORAL_NAMESPACE: NAMESPACE,
  };
}

function startNode(
  name: PartName,
  context: PartContext,
  script: string,
  environment: NodeJS.ProcessEnv,
  isReady: () => Promise<boolean>,
): Promise<Child> {
  const file = join(packageRoot(), 'dist', script);
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\`.`);
  return startChild(
    {
      name,
      command: process.execPath,
      args: ['--enable-source-maps', file],
      env: { ...context.env, ...environment },
      cwd: context.paths.root,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      signal: context.signal,
      ...filesOf(context.paths, name),
    },
    isReady,
    START_TIMEOUT_MS,
  );
}

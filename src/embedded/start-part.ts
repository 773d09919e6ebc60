import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_CARRIER } from '../providers/carriers/sandbox-carrier';
import { SANDBOX_GATEWAY } from '../providers/payments/sandbox-gateway';
import { SANDBOX_SUPPLIER } from '../providers/suppliers/sandbox-supplier';
import { type Child, startChild } from './child-process';
import { filesOf, HOST, maintenanceUrl, type PartContext, type PartName, postgresOptions, urlsOf } from './parts';
import { packageRoot } from './paths';
import { startPostgres } from './postgres/postgres-server';
import { answersOk, logContains } from './readiness';
import { serviceEnvironment } from './service-environment';
import { startTemporal } from './temporal/temporal-server';

const START_TIMEOUT_MS = 60_000;
/** Is longer than the worker waits for its running activities. */
const STOP_TIMEOUT_MS = 30_000;

/** Names the API's routes to which the providers send their webhooks. */
const WEBHOOK_PATH = {
  payment: `/v1/webhooks/payments/${SANDBOX_GATEWAY}`,
  carrier: `/v1/webhooks/carriers/${SANDBOX_CARRIER}`,
  supplier: `/v1/webhooks/suppliers/${SANDBOX_SUPPLIER}`,
} as const;

/** Starts a part and resolves once it is ready; rejects with the last lines of its log when it fails. */
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
        { ...serviceEnvironment(context, name), ...logLevelWithInfo(context.env) },
        logContains(filesOf(paths, name).logFile, 'worker ready'),
      );
    case 'api':
      return startNode(name, context, 'src/server.js', serviceEnvironment(context, name), () =>
        answersOk(`${urls.api}/readyz`),
      );
  }
}

/** Widens the worker's log level to info: the log line that reports it ready has that level. */
const logLevelWithInfo = ({ LOG_LEVEL: level = 'info' }: NodeJS.ProcessEnv) => ({
  LOG_LEVEL: ['debug', 'trace'].includes(level) ? level : 'info',
});

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

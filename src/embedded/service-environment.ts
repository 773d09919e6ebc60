import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST, type PartContext, replacedParts, urlsOf } from './parts';
import { NAMESPACE } from './temporal/temporal-server';

/** Builds the environment of the worker and the API: settings of src/config.ts and of the Temporal client. */
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

/** Names a setting of Mallflow's own that begins like those of the Temporal client: it is always passed on. */
const OWN_SETTING = 'TEMPORAL_METRICS_ADDRESS';

/**
 * Clears every setting of the Temporal client (profile, API key, certificates, versions) when the server is embedded. A
 * person made them for another server.
 */
function temporalEnvironment({ env, paths, ports }: PartContext): NodeJS.ProcessEnv {
  if (replacedParts(env).has('temporal')) return {};
  const emptyConfig = join(paths.run, 'temporal.toml');
  writeFileSync(emptyConfig, '[profile.default]\n');
  const cleared: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(env))
    if (name.startsWith('TEMPORAL_') && name !== OWN_SETTING) cleared[name] = undefined;
  return {
    ...cleared,
    TEMPORAL_CONFIG_FILE: emptyConfig,
    TEMPORAL_ADDRESS: `${HOST}:${ports.temporal}`,
    TEMPORAL_NAMESPACE: NAMESPACE,
  };
}

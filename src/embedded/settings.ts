import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StatePaths } from './paths';

const base64Key = () => randomBytes(32).toString('base64');
const urlSafeKey = () => randomBytes(24).toString('base64url');

/** Generates each secret of the embedded stack. Those that the service reads too have its names (src/config.ts). */
const GENERATORS = {
  ENCRYPTION_KEYS: () => `k1:${base64Key()}`,
  BLIND_INDEX_KEY: base64Key,
  PAYMENT_API_KEY: urlSafeKey,
  PAYMENT_WEBHOOK_SECRET: () => `whsec_${base64Key()}`,
  CARRIER_API_KEY: urlSafeKey,
  CARRIER_WEBHOOK_SECRET: () => `whsec_${base64Key()}`,
  SUPPLIER_API_KEY: urlSafeKey,
  SUPPLIER_WEBHOOK_SECRET: () => `whsec_${base64Key()}`,
  SMS_API_KEY: urlSafeKey,
  POSTGRES_OWNER_PASSWORD: urlSafeKey,
  POSTGRES_APP_PASSWORD: urlSafeKey,
} as const;

type SettingName = keyof typeof GENERATORS;
const NAMES = Object.keys(GENERATORS) as SettingName[];

/** Lists the secrets that every release has generated since the first. */
const SINCE_FIRST_RELEASE: readonly SettingName[] = [
  'ENCRYPTION_KEYS',
  'BLIND_INDEX_KEY',
  'PAYMENT_WEBHOOK_SECRET',
  'POSTGRES_OWNER_PASSWORD',
];

const StoredSettings = z.partialRecord(z.enum(NAMES), z.string().min(1));

export type Settings = Readonly<Record<SettingName, string>>;

/**
 * Reads the secrets of a state folder and generates those that are missing. Stores them in a file that only its owner
 * can read. A secret set in the environment wins and is not stored. Throws when the file is damaged, or when it is gone
 * while the database that was encrypted with it still exists.
 */
export function ensureSettings(paths: StatePaths, env: NodeJS.ProcessEnv): Settings {
  const stored = readStored(paths);
  const complete = Object.fromEntries(NAMES.map((name) => [name, stored[name] ?? GENERATORS[name]()])) as Settings;
  if (NAMES.some((name) => stored[name] === undefined)) {
    const fresh = `${paths.settings}.new`;
    writeFileSync(fresh, `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, paths.settings);
  }
  return Object.fromEntries(NAMES.map((name) => [name, env[name] ?? complete[name]])) as Settings;
}

/** Returns whether a state folder contains settings as a start of any release makes them. */
export function holdsSettings(paths: StatePaths): boolean {
  if (!existsSync(paths.settings)) return false;
  try {
    const stored = StoredSettings.parse(JSON.parse(readFileSync(paths.settings, 'utf8')));
    return SINCE_FIRST_RELEASE.every((name) => stored[name] !== undefined);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return false;
    throw error;
  }
}

function readStored(paths: StatePaths): Partial<Settings> {
  if (!existsSync(paths.settings)) {
    if (!existsSync(paths.postgres)) return {};
    throw new Error(
      `${paths.settings} is gone, and without its keys the database beside it cannot be read: ` +
        'restore it, or empty the folder with `npm run reset`.',
    );
  }
  try {
    return StoredSettings.parse(JSON.parse(readFileSync(paths.settings, 'utf8')));
  } catch (error) {
    throw new Error(`${paths.settings} is damaged: restore it, or empty the folder with \`npm run reset\`.`, {
      cause: error,
    });
  }
}

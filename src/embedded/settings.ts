import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StatePaths } from './paths';

const base64Key = () => randomBytes(32).toString('base64');
const urlSafeKey = () => randomBytes(24).toString('base64url');

/** How each secret of the embedded stack is made, once. Those the service reads too have its names (src/config.ts). */
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

/** What every release has made since the first. */
const ALWAYS_MADE: readonly SettingName[] = [
  'ENCRYPTION_KEYS',
  'BLIND_INDEX_KEY',
  'PAYMENT_WEBHOOK_SECRET',
  'POSTGRES_OWNER_PASSWORD',
];

const Kept = z.partialRecord(z.enum(NAMES), z.string().min(1));

export type Settings = Readonly<Record<SettingName, string>>;

/**
 * Reads the secrets of a state folder, makes those it lacks, and keeps them in a file that only its owner reads. A
 * secret set in the environment wins and is not kept. Throws when the file is damaged, or gone while the database that
 * was encrypted with it is still there.
 */
export function ensureSettings(paths: StatePaths, env: NodeJS.ProcessEnv): Settings {
  const kept = readKept(paths);
  const made = Object.fromEntries(NAMES.map((name) => [name, kept[name] ?? GENERATORS[name]()])) as Settings;
  if (NAMES.some((name) => kept[name] === undefined)) {
    const fresh = `${paths.settings}.new`;
    writeFileSync(fresh, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, paths.settings);
  }
  return Object.fromEntries(NAMES.map((name) => [name, env[name] ?? made[name]])) as Settings;
}

/** Tells whether a state folder's settings are there and are such as a start of any release has made. */
export function holdsSettings(paths: StatePaths): boolean {
  if (!existsSync(paths.settings)) return false;
  try {
    const kept = Kept.parse(JSON.parse(readFileSync(paths.settings, 'utf8')));
    return ALWAYS_MADE.every((name) => kept[name] !== undefined);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return false;
    throw error;
  }
}

function readKept(paths: StatePaths): Partial<Settings> {
  if (!existsSync(paths.settings)) {
    if (!existsSync(paths.postgres)) return {};
    throw new Error(
      `${paths.settings} is gone, and without its keys the database beside it cannot be read: restore it, or empty the folder with \`npm run reset\`.`,
    );
  }
  try {
    return Kept.parse(JSON.parse(readFileSync(paths.settings, 'utf8')));
  } catch (error) {
    throw new Error(`${paths.settings} is damaged: restore it, or empty the folder with \`npm run reset\`.`, {
      cause: error,
    });
  }
}

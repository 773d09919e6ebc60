import type { Client } from 'pg';
import { withOwnConnection } from '../../books/own-connection';

/** Names the role that the application connects as; the migrations create it, without a password. */
export const APP_ROLE = 'mallflow_app';

/** Runs statements on one connection of the owner, and closes it. */
export function withOwner<T>(ownerUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  return withOwnConnection({ connectionString: ownerUrl }, work);
}

/** Creates a database unless it exists; as a copy of `template` when one is given. */
export async function ensureDatabase(maintenanceUrl: string, name: string, template?: string): Promise<void> {
  await withOwner(maintenanceUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    const copy = template === undefined ? '' : ` TEMPLATE ${client.escapeIdentifier(template)}`;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}${copy}`);
  });
}

/** Lets the application's role log in with a password. Call it after the migrations, which create the role. */
export async function setAppRolePassword(ownerUrl: string, password: string): Promise<void> {
  await withOwner(ownerUrl, async (client) => {
    await client.query(`ALTER ROLE ${APP_ROLE} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
  });
}

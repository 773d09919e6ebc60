import { Client, type ClientConfig } from 'pg';

/**
 * Runs statements on a connection of their own, and closes it. Rejects when PostgreSQL cannot be reached, and as `work`
 * does: a connection that breaks between two statements fails the next one.
 */
export async function withOwnConnection<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config);
  // Without a listener, a connection that breaks while no statement is under way would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

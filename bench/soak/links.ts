import { Link } from './link';

/** Names the links that can be cut: the client's part, then the server's. */
export const LINKS = [
  'worker-postgres',
  'api-postgres',
  'worker-temporal',
  'api-temporal',
  'worker-gateway',
  'worker-carrier',
] as const;
export type LinkName = (typeof LINKS)[number];

/** Names the setting that holds the address of each server. */
const SETTINGS = {
  postgres: 'DATABASE_URL',
  temporal: 'TEMPORAL_ADDRESS',
  gateway: 'PAYMENT_URL',
  carrier: 'CARRIER_URL',
} as const;

/** Sends the connections of the worker and the API through links that can be cut. */
export class Links {
  private constructor(private readonly links: ReadonlyMap<LinkName, Link>) {}

  static async open(): Promise<Links> {
    return new Links(new Map(await Promise.all(LINKS.map(async (name) => [name, await Link.open()] as const))));
  }

  get(name: LinkName): Link {
    return this.links.get(name) as Link;
  }

  /** Replaces the addresses that a part is started with by those of the links. */
  readonly reroute = (part: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
    const rerouted = { ...environment };
    for (const [end, setting] of Object.entries(SETTINGS)) {
      const link = this.links.get(`${part}-${end}` as LinkName);
      const address = environment[setting];
      if (link !== undefined && address !== undefined) rerouted[setting] = connectThrough(link, address);
    }
    return rerouted;
  };

  async close(): Promise<void> {
    await Promise.all([...this.links.values()].map((link) => link.close()));
  }
}

/** Connects a link to an address (`host:port`, or a URL) and returns the link's own address. */
function connectThrough(link: Link, address: string): string {
  const bare = !address.includes('://');
  const url = new URL(bare ? `tcp://${address}` : address);
  link.connectTo(url.hostname, Number(url.port));
  url.hostname = '127.0.0.1';
  url.port = String(link.port);
  if (bare) return url.host;
  return address.endsWith('/') ? url.href : url.href.replace(/\/$/, '');
}

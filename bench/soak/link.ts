import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Names the ways in which a link can fail. */
export const CUT_WAYS = ['reset', 'slow', 'silent'] as const;
/**
 * Names a way in which a link fails. `reset`: every connection is reset, new ones too. `slow`: data arrives late.
 * `silent`: data is dropped without a sign, and the connections of that time stay dead after the link is restored.
 */
export type CutWay = (typeof CUT_WAYS)[number];

const SLOW_MS = 500;
type Pair = readonly [Socket, Socket];

/** Proxies a TCP link between two parts, and can cut it. */
export class Link {
  readonly #pairs = new Set<Pair>();
  /** Connections that a silent cut killed, without a sign to either side. */
  readonly #dead = new Set<Pair>();
  #way: CutWay | undefined;
  #to: { readonly host: string; readonly port: number } | undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (near) => {
      this.#join(near);
    });
  }

  /** Listens on a free port of this machine. */
  static async open(): Promise<Link> {
    // Half-closed connections are passed on unchanged.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Link(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Sets the address that the link connects to. */
  connectTo(host: string, port: number): void {
    this.#to = { host, port };
  }

  cut(way: CutWay): void {
    this.#way = way;
    if (way === 'reset') this.#reset(this.#pairs);
    if (way === 'silent') for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** Restores the link for connections that are opened from now on. */
  restore(): void {
    if (this.#way === 'silent') for (const pair of this.#pairs) this.#dead.add(pair);
    this.#way = undefined;
  }

  async close(): Promise<void> {
    this.#reset(this.#pairs);
    this.server.close();
    await once(this.server, 'close');
  }

  #reset(pairs: Iterable<Pair>): void {
    for (const pair of [...pairs]) for (const socket of pair) socket.resetAndDestroy();
  }

  #join(near: Socket): void {
    if (this.#to === undefined || this.#way === 'reset') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...this.#to, allowHalfOpen: true, noDelay: true });
    const pair: Pair = [near, far];
    this.#pairs.add(pair);
    this.#carry(pair, near, far);
    this.#carry(pair, far, near);
  }

  #carry(pair: Pair, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      this.#after(() => {
        if (this.#way === 'silent' || this.#dead.has(pair) || !to.writable || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => {
          from.resume();
        });
      });
    });
    from.on('end', () => {
      this.#after(() => {
        if (!this.#dead.has(pair)) to.end();
      });
    });
    // A connection that breaks on one side breaks on the other; the two parts report the reason.
    from.on('error', () => {
      to.resetAndDestroy();
    });
    from.on('close', () => {
      this.#pairs.delete(pair);
      this.#dead.delete(pair);
      if (!to.destroyed)
        this.#after(() => {
          to.destroy();
        });
    });
    if (this.#way === 'silent') from.pause();
  }

  #after(work: () => void): void {
    if (this.#way === 'slow') setTimeout(work, SLOW_MS);
    else work();
  }
}

import { Server, type Socket } from 'node:net';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';

/** How long requests under way may take while closing; longer than an order's verdict is waited for. */
const GRACE_MS = 15_000;
/**
 * How long a request may be on its way to us: a connection that was quiet for that long after the door was shut has
 * none.
 */
const ON_ITS_WAY_MS = 1_000;
const LOOK_EVERY_MS = 25;
/** A turn of the event loop that took no longer has just seen all that the network had for us. */
const SHORT_TURN_MS = 2;

/**
 * Shuts the door as the first step of closing: connections that are not there yet are refused, and may be tried
 * elsewhere. Those that are there stay open, and each is told with its next answer that it was the last (`Connection:
 * close`). Who waits at the door when it is shut is there: the system takes connections before we do, Node one of them
 * in a turn of its event loop, and shutting the door would reset the others with the requests that their clients have
 * sent on them.
 */
export const closing = fp(
  async (app) => {
    const { server } = app;
    app.addHook('preClose', async () => {
      // Not `server.close`: for a server of http that ends the connections without an answer under way, and with them
      // the requests that their clients have just sent.
      if (!server.listening) return;
      await untilQuiet(server, 'connection');
      Server.prototype.close.call(server);
    });
  },
  { name: 'closing' },
);

/**
 * Waits, as the last step before connections are ended, for requests that were on their way when the door was shut,
 * then for those under way. Connections on which a client never asks, as browsers open ahead, end after the first wait.
 */
export const lastRequests: FastifyPluginAsync = async (scope) => {
  const { server } = scope;
  const open = new Set<Socket>();
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    silent.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      silent.delete(socket);
    });
  });
  server.on('request', ({ socket }) => {
    silent.delete(socket);
  });
  scope.addHook('preClose', async () => {
    const shut = Date.now();
    const left = (limitMs: number) => until(() => open.size === 0 || Date.now() - shut > limitMs);
    await left(ON_ITS_WAY_MS);
    await untilQuiet(server, 'request');
    for (const socket of silent) socket.destroy();
    server.closeIdleConnections();
    await left(GRACE_MS);
    server.closeAllConnections();
  });
};

async function until(fact: () => boolean): Promise<void> {
  while (!fact())
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_EVERY_MS);
    });
}

/**
 * Waits for a short turn of the event loop without an event, a second at most. What is done right after it cuts nobody
 * off who was there.
 */
async function untilQuiet(server: Server, event: 'connection' | 'request'): Promise<void> {
  let heard = 0;
  const hear = (): void => {
    heard += 1;
  };
  server.on(event, hear);
  // Turns are told apart from here on: until then, this one may not have looked at the network.
  await nextTurn();
  for (const end = performance.now() + ON_ITS_WAY_MS; performance.now() < end;) {
    const [before, began] = [heard, performance.now()];
    await nextTurn();
    if (heard === before && performance.now() - began < SHORT_TURN_MS) break;
  }
  server.off(event, hear);
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

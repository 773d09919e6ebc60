import { Server, type Socket } from 'node:net';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';

/** Limits how long requests under way may take while closing. Longer than the wait for an order's verdict. */
const GRACE_MS = 15_000;
/**
 * Limits how long a request may travel. A connection that was quiet for so long after the port was closed carries none.
 */
const IN_TRANSIT_MS = 1_000;
const POLL_MS = 25;
/** A turn of the event loop that took no longer has just read everything that the network had delivered. */
const SHORT_TURN_MS = 2;

/**
 * Closes the port as the first step of closing the API. New connections are refused, and their clients may try
 * elsewhere. Open connections stay open; the next answer on each says that it was the last (`Connection: close`).
 * Connections already in the kernel's accept queue are served: Node accepts one in each turn of its event loop, and
 * closing the port earlier would reset the others, with the requests that their clients have sent on them.
 */
export const closePortFirst = fp(
  async (app) => {
    const { server } = app;
    app.addHook('preClose', async () => {
      // Not `server.close`: an HTTP server would also end connections without a request under way, and with them the
      // requests that their clients have just sent.
      if (!server.listening) return;
      await untilQuiet(server, 'connection');
      Server.prototype.close.call(server);
    });
  },
  { name: 'closing' },
);

/**
 * Waits for the last requests before all connections end. First come requests in transit when the port was closed, then
 * requests under way. Connections without any request, which browsers open ahead, end after the first wait.
 */
export const drainRequests: FastifyPluginAsync = async (scope) => {
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
    const closedAt = Date.now();
    const allEnded = (limitMs: number) => until(() => open.size === 0 || Date.now() - closedAt > limitMs);
    await allEnded(IN_TRANSIT_MS);
    await untilQuiet(server, 'request');
    for (const socket of silent) socket.destroy();
    server.closeIdleConnections();
    await allEnded(GRACE_MS);
    server.closeAllConnections();
  });
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition())
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
}

/**
 * Waits for a short turn of the event loop without the event, a second at most. Right after it, no client is waiting
 * unseen.
 */
async function untilQuiet(server: Server, event: 'connection' | 'request'): Promise<void> {
  let count = 0;
  const countEvent = (): void => {
    count += 1;
  };
  server.on(event, countEvent);
  // The measurement begins with the next turn: the present one may not have read the network.
  await nextTurn();
  for (const end = performance.now() + IN_TRANSIT_MS; performance.now() < end;) {
    const [before, began] = [count, performance.now()];
    await nextTurn();
    if (count === before && performance.now() - began < SHORT_TURN_MS) break;
  }
  server.off(event, countEvent);
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

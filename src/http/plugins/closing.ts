import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

/** How long requests under way may take while closing; longer than an order's verdict is waited for. */
const GRACE_MS = 15_000;

/**
 * Bounds the time that closing takes. Node ends connections that are idle between requests, and waits for those on which
 * a client has never sent one, as browsers open ahead: these are ended at once, and whatever is left after a grace.
 */
export const closing = fp(async (app) => {
  const silent = new Set<FastifyRequest['socket']>();
  app.server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => { silent.delete(socket); });
  });
  app.server.on('request', ({ socket }) => { silent.delete(socket); });
  app.addHook('preClose', async () => {
    for (const socket of silent) socket.destroy();
    const timer = setTimeout(() => { app.server.closeAllConnections(); }, GRACE_MS);
    app.server.once('close', () => { clearTimeout(timer); });
    // A server that never listened closes without an event.
    timer.unref();
  });
}, { name: 'closing' });

import type { SSEMessage } from '@fastify/sse';
import { z } from 'zod';
import { OrderId } from '../../../contracts/ids';
import { isRefusal, refuse, type Refusal } from '../../../contracts/errors';
import { TimelineEvent } from '../../../contracts/timeline';
import type { Api } from '../../api';
import type { AppDeps } from '../../deps';
import { sendResult } from '../../send-answer';
import { sendProblem } from '../../errors';
import { operation } from '../../operation';
import { secretOf } from '../../plugins/callers';
import { CALLER_CODES, describeResponse, describeResponses } from '../../schemas';
import { TimelineWatch } from './timeline-watch';

const READERS = ['storefront', 'merchant', 'support', 'platform'] as const;
const PAGE = 200;
const MAX_STREAMS = 500;

const Events = z
  .strictObject({
    items: z.array(TimelineEvent),
    closed: z.boolean().describe('The order has ended: after the events that are already written, no more will come'),
  })
  .meta({ id: 'Timeline' });
const after = z.coerce.number().int().min(0).default(0).describe('The `seq` of the last event that you have');
const ListEvents = z.strictObject({ after, limit: z.coerce.number().int().min(1).max(PAGE).default(100) });

/** Serves an order's timeline, in pages and live. */
export const orderEventRoutes =
  ({ services, authenticate, log, maxStreams = MAX_STREAMS }: AppDeps) =>
  async (api: Api): Promise<void> => {
    const watch = new TimelineWatch(services.timelineHeads, log);
    let open = 0;
    // Runs before the server waits for its connections to end: live timelines do not end by themselves.
    api.addHook('preClose', async () => {
      watch.close();
    });

    api.get(
      '/orders/:orderId/events',
      {
        config: { roles: READERS },
        schema: {
          ...operation(READERS, {
            operationId: 'listOrderEvents',
            tag: 'orders',
            summary: "Read an order's timeline",
            description: 'Oldest first. A merchant sees only what concerns its own fulfillments.',
          }),
          params: z.object({ orderId: OrderId }),
          querystring: ListEvents,
          response: describeResponses({ 200: describeResponse('Events', Events) }, [...CALLER_CODES, 'not_found']),
        },
      },
      async ({ caller, params, query }, reply) =>
        sendResult(reply, await services.orders.timeline(caller, params.orderId, query.after, query.limit)),
    );

    api.get(
      '/orders/:orderId/events/stream',
      {
        config: { roles: READERS },
        sse: 'manual',
        exposeHeadRoute: false,
        schema: {
          ...operation(READERS, {
            operationId: 'streamOrderEvents',
            tag: 'orders',
            summary: "Follow an order's timeline live",
            description:
              "Server-sent events: `id` is the event's `seq`, `event` its type, `data` the event as JSON. " +
              'Continues after `Last-Event-ID`. Ends with an event `end` when the order has ended and every event ' +
              'was sent; do not reconnect then.',
          }),
          params: z.object({ orderId: OrderId }),
          querystring: z.strictObject({ after }),
          headers: z.object({ 'last-event-id': z.coerce.number().int().min(0).optional() }),
          response: describeResponses(
            { 200: describeResponse('A stream of events', z.string(), 'text/event-stream') },
            [...CALLER_CODES, 'not_found', 'not_acceptable'],
          ),
        },
      },
      async (request, reply) => {
        const {
          caller,
          params: { orderId },
          query,
          headers,
        } = request;
        if (!acceptsStream(request.headers.accept)) return sendProblem(reply, refuse('not_acceptable'));
        if (open >= maxStreams)
          return sendProblem(reply, refuse('starting', { detail: 'Too many live timelines are open on this process' }));
        // A reader may leave at any time: one who is counted has a listener for its departure from that moment on.
        if (reply.raw.destroyed) return reply;
        const ended = new AbortController();
        const hasLeft = () => ended.signal.aborted;
        open += 1;
        reply.raw.once('close', () => {
          open -= 1;
          ended.abort();
        });
        const secret = secretOf(request) ?? '';
        const read = async (seq: number): Promise<Page | Refusal> =>
          // The key is checked for each page: it may be revoked while the stream is open.
          (await authenticate(secret))
            ? services.orders.timeline(caller, orderId, seq, PAGE)
            : refuse('unauthenticated');
        const first = await read(headers['last-event-id'] ?? query.after);
        if (isRefusal(first)) return sendProblem(reply, first);
        if (hasLeft()) return reply;
        // The connection ends with the stream: kept alive, it would delay the closing of the server.
        reply.header('connection', 'close').sse.sendHeaders();
        try {
          await reply.sse.send(
            follow(first, headers['last-event-id'] ?? query.after, read, (head) =>
              watch.waitForGrowth(orderId, head, ended.signal),
            ),
          );
        } catch (error) {
          if (!hasLeft())
            request.log.warn({ err: error, orderId }, 'a live timeline was interrupted; its reader will reconnect');
        }
        return undefined;
      },
    );
  };

interface Page {
  readonly items: readonly TimelineEvent[];
  readonly closed: boolean;
}

/**
 * Yields a timeline, page by page. It ends when the order has ended and every event was sent, or the reader has left.
 */
async function* follow(
  first: Page,
  start: number,
  read: (after: number) => Promise<Page | Refusal>,
  grown: (head: number) => Promise<number | undefined>,
): AsyncGenerator<SSEMessage> {
  let seq = start;
  let head = 0;
  for (let page: Page | Refusal = first; !isRefusal(page); page = await read(seq)) {
    for (const event of page.items) yield { id: String(event.seq), event: event.type, data: event };
    seq = page.items.at(-1)?.seq ?? seq;
    if (page.items.length === PAGE) continue;
    if (page.closed) {
      yield { event: 'end', data: { orderClosed: true } };
      return;
    }
    const next = await grown(Math.max(head, seq));
    if (next === undefined) return;
    head = next;
  }
}

/** Checks whether a client accepts a stream: by name, by a wildcard, or by sending no Accept header. */
const acceptsStream = (accept: string | undefined): boolean =>
  accept === undefined ||
  accept.split(',').some((range) => /^\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|$)/i.test(range));

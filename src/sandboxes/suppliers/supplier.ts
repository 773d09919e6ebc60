import type { FastifyInstance } from 'fastify';
import { Deliveries, type OutgoingEvent } from '../deliveries';
import { Faults } from '../faults';
import { buildServer, ok, pageOf, problem, refused, requireApiKey, type SandboxOptions } from '../server';
import { isTaken, SupplierBooks, type Operation } from './supplier-books';
import { AnswerBody, Manner, MannerBody, PurchaseBody } from './supplier-messages';

/** Builds the server of several sandbox suppliers with their own books. Throws when the journal cannot be read. */
export function buildSupplier(options: SandboxOptions): FastifyInstance {
  const app = buildServer(options.logger);
  const books = new SupplierBooks(options);
  const deliveries = new Deliveries(
    options.webhookUrl,
    options.webhookSecret,
    (event) => {
      books.sent(event.id);
    },
    app.log,
    options.delivery,
  );
  const faults = new Faults(['purchase', 'find', 'remind']);
  let manners: { readonly manner: Manner; times: number }[] = [];
  const nextManner = (): Manner => {
    const [first] = manners;
    if (first && --first.times === 0) manners = manners.slice(1);
    return first?.manner ?? Manner.all;
  };
  const send = (events: readonly OutgoingEvent[]) => {
    for (const event of events) deliveries.add(event);
  };

  app.addHook('onListen', (done) => {
    send(books.unsentEvents());
    done();
  });
  app.addHook('preClose', (done) => {
    deliveries.stop();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    books.close();
    done();
  });

  app.get('/healthz', () => ({ status: 'ok', undelivered: deliveries.undelivered }));
  app.register((api, _options, done) => {
    requireApiKey(api, options.apiKey);
    faults.register(api);

    api.post('/sandbox/manners', (request) => {
      manners.push(MannerBody.parse(request.body));
      return { manners };
    });

    api.post('/v1/purchases', (request, reply) => {
      const body = PurchaseBody.parse(request.body);
      return faults.run('purchase', reply, () => {
        const result = books.purchase(body, books.find(body.key) ? Manner.all : nextManner());
        if (result === 'key_reused') return problem(409, result);
        send(result.events);
        return isTaken(result.operation) ? ok(view(result.operation)) : refused(result.operation.reason);
      });
    });

    api.get<{ Params: { key: string } }>('/v1/purchases/by-key/:key', (request, reply) =>
      faults.run('find', reply, () => {
        const operation = books.find(request.params.key);
        return operation ? ok(view(operation)) : problem(404, 'not_found');
      }),
    );

    api.post<{ Params: { reference: string } }>('/v1/purchases/:reference/reminders', (request, reply) =>
      faults.run('remind', reply, () => {
        const purchase = books.purchaseOf(request.params.reference);
        if (!purchase) return problem(404, 'not_found');
        send(books.remind(purchase));
        return ok({ reminders: purchase.reminders });
      }),
    );

    api.post<{ Params: { reference: string } }>('/v1/purchases/:reference/answers', (request, reply) => {
      const body = AnswerBody.parse(request.body);
      const purchase = books.purchaseOf(request.params.reference);
      if (!purchase) return reply.code(404).send({ error: 'not_found' });
      if (deliveries.full) return reply.code(503).header('retry-after', '5').send({ error: 'too_many_undelivered' });
      send([books.answer(purchase, body)]);
      return view(purchase);
    });

    api.get('/v1/journal', (request) => pageOf(books.operations, request.query, viewOfOperation).body);
    done();
  });
  return app;
}

const view = (operation: Operation): object =>
  isTaken(operation)
    ? { status: 'taken', reference: operation.taken.reference }
    : { status: 'refused', reason: operation.reason };

function viewOfOperation(operation: Operation): object {
  if (!isTaken(operation)) return { key: operation.key, status: 'refused', reason: operation.reason, at: operation.at };
  const { key, reference, quantity, at } = operation.taken;
  return {
    key,
    reference,
    status: 'taken',
    quantity,
    confirmed: operation.answered?.quantity ?? null,
    reminders: operation.reminders,
    at,
  };
}

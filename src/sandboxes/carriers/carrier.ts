import type { FastifyInstance } from 'fastify';
import { CarrierBooks, isParcel, type Operation } from './carrier-books';
import { BookBody, ScanBody, type ScanEntry } from './carrier-messages';
import { Deliveries } from '../deliveries';
import { Faults } from '../faults';
import { buildServer, ok, pageOf, problem, refused, requireApiKey, type SandboxOptions } from '../server';

/** Builds the server of several sandbox carriers with their own books. Throws when the journal cannot be read. */
export function buildCarrier(options: SandboxOptions): FastifyInstance {
  const app = buildServer(options.logger);
  const books = new CarrierBooks(options);
  const deliveries = new Deliveries(
    options.webhookUrl,
    options.webhookSecret,
    (event) => {
      books.sent(event.id);
    },
    app.log,
    options.delivery,
  );
  const faults = new Faults(['book', 'void', 'find']);

  app.addHook('onListen', (done) => {
    for (const event of books.unsentEvents()) deliveries.add(event);
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

  const viewOfScan = (entry: ScanEntry): object => {
    const { eventId, trackingNumber, scan, at, place } = entry;
    return { eventId, trackingNumber, scan, at, place, sent: books.wasSent(entry) };
  };
  const view = (operation: Operation): object => {
    if (!isParcel(operation)) return { status: 'refused', reason: operation.reason };
    const { reference, trackingNumber, estimatedDelivery } = operation.booked;
    if (operation.voided) return { status: 'voided', reference, trackingNumber };
    return { status: 'booked', reference, trackingNumber, estimatedDelivery, label: books.labelOf(operation) };
  };

  app.get('/healthz', () => ({ status: 'ok', undelivered: deliveries.undelivered }));
  app.register((api, _options, done) => {
    requireApiKey(api, options.apiKey);
    faults.register(api);

    api.post('/v1/shipments', (request, reply) => {
      const body = BookBody.parse(request.body);
      return faults.run('book', reply, () => {
        const result = books.book(body);
        if (result === 'key_reused') return problem(409, result);
        return isParcel(result) ? ok(view(result)) : refused(result.reason);
      });
    });

    api.get<{ Params: { key: string } }>('/v1/shipments/by-key/:key', (request, reply) =>
      faults.run('find', reply, () => {
        const operation = books.find(request.params.key);
        return operation ? ok(view(operation)) : problem(404, 'not_found');
      }),
    );

    api.post<{ Params: { reference: string } }>('/v1/shipments/:reference/void', (request, reply) =>
      faults.run('void', reply, () => {
        const parcel = books.parcel(request.params.reference);
        if (!parcel) return refused('no_such_shipment');
        return books.void(parcel) ? ok(view(parcel)) : refused('already_picked_up');
      }),
    );

    api.post('/v1/scans', (request, reply) => {
      const body = ScanBody.parse(request.body);
      const parcel = books.parcelByTrackingNumber(body.trackingNumber);
      if (!parcel) return reply.code(404).send({ error: 'not_found' });
      if (deliveries.full) return reply.code(503).header('retry-after', '5').send({ error: 'too_many_undelivered' });
      const result = books.scan(parcel, body);
      if (typeof result === 'string') return reply.code(409).send({ error: result });
      if (result.event) deliveries.add(result.event);
      return viewOfScan(result.scan);
    });

    api.get('/v1/scans', (request) => pageOf(books.scans, request.query, viewOfScan).body);
    api.get('/v1/journal', (request) => pageOf(books.operations, request.query, viewOfOperation).body);
    done();
  });
  return app;
}

function viewOfOperation(operation: Operation): object {
  if (!isParcel(operation)) {
    const { key, carrierCode, reason, at } = operation;
    return { key, carrierCode, status: 'refused', reason, at };
  }
  const { key, carrierCode, reference, trackingNumber, at } = operation.booked;
  return { key, carrierCode, reference, trackingNumber, status: operation.voided ? 'voided' : 'booked', at };
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Deliveries } from '../deliveries';
import { Faults } from '../faults';
import { GatewayBooks, isAuthorization, type Authorization, type Conflict, type Operation } from './gateway-books';
import { ActionBody, AuthorizeBody, MoveBody, MoveKind, type MoveEntry } from './gateway-messages';
import { registerPayPage } from './pay-page';
import { FaultyTokens } from './magic-tokens';
import { buildServer, ok, pageOf, problem, refused, requireApiKey, type Answer, type SandboxOptions } from '../server';

const MOVES = [
  ['captures', MoveKind.capture],
  ['voids', MoveKind.void],
  ['refunds', MoveKind.refund],
] as const;

/** Builds a sandbox payment gateway with its own books. Throws when the journal cannot be read. */
export function buildGateway(options: SandboxOptions): FastifyInstance {
  const app = buildServer(options.logger);
  const books = new GatewayBooks(options);
  const deliveries = new Deliveries(
    options.webhookUrl,
    options.webhookSecret,
    (event) => {
      books.sent(event.id);
    },
    app.log,
    options.delivery,
  );
  const faults = new Faults(['authorize', 'cancel', 'capture', 'void', 'refund', 'find']);
  const tokens = new FaultyTokens();

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

  const decide = (authorization: Authorization, approved: boolean): Conflict | undefined => {
    const decision = books.decide(authorization, approved);
    if ('conflict' in decision) return decision;
    if (decision.event) deliveries.add(decision.event);
    return undefined;
  };
  const view = (request: FastifyRequest, authorization: Authorization): object => {
    const { made, captured, voided, refunded } = authorization;
    const status = books.statusOf(authorization);
    const declined = made.outcome.status === 'declined' ? made.outcome.declineCode : 'declined_by_customer';
    const origin = options.publicUrl ?? `${request.protocol}://${request.host}`;
    return {
      ...summary(authorization),
      orderId: made.orderId,
      captured,
      voided,
      refunded,
      ...(status === 'declined' ? { declineCode: declined } : {}),
      ...(status === 'action_required' && made.outcome.status === 'action_required'
        ? {
            nextAction: {
              type: made.outcome.action,
              url: new URL(`/pay/${made.id}`, origin).href,
              expiresAt: made.outcome.expiresAt,
            },
          }
        : {}),
    };
  };
  const summary = (operation: Operation): object => {
    if (!isAuthorization(operation)) return viewOfMove(operation);
    const { key, id, amount, currency, at } = operation.made;
    return { kind: 'authorize', key, reference: id, status: books.statusOf(operation), amount, currency, at };
  };

  app.get('/healthz', () => ({ status: 'ok', undelivered: deliveries.undelivered }));
  app.register((scope, _options, done) => {
    registerPayPage(scope, {
      find: (id) => books.authorization(id),
      statusOf: (authorization) => books.statusOf(authorization),
      decide: (authorization, approved) => {
        decide(authorization, approved);
      },
      busy: () => deliveries.full,
    });
    done();
  });
  app.register((api, _options, done) => {
    requireApiKey(api, options.apiKey);
    faults.register(api);

    api.post('/v1/authorizations', (request, reply) => {
      const body = AuthorizeBody.parse(request.body);
      const magic = tokens.faultOf(body.token, body.key, books.find(body.key) !== undefined);
      return faults.run(
        'authorize',
        reply,
        () => {
          const result = books.authorize(body);
          return 'conflict' in result ? problem(409, result.conflict) : ok(view(request, result));
        },
        magic,
      );
    });

    for (const [path, kind] of MOVES) {
      api.post<{ Params: { id: string } }>(`/v1/authorizations/:id/${path}`, (request, reply) => {
        const body = MoveBody.parse(request.body);
        return faults.run(kind, reply, () => {
          const authorization = books.authorization(request.params.id);
          return authorization ? answerOfMove(books.move(kind, authorization, body)) : refused('no_such_authorization');
        });
      });
    }

    api.post<{ Params: { id: string } }>('/v1/authorizations/:id/cancellation', (request, reply) =>
      faults.run('cancel', reply, () => {
        const authorization = books.authorization(request.params.id);
        if (!authorization) return problem(404, 'not_found');
        books.cancel(authorization);
        return ok(view(request, authorization));
      }),
    );

    api.post<{ Params: { id: string } }>('/v1/authorizations/:id/action', (request, reply) => {
      const { approve } = ActionBody.parse(request.body);
      const authorization = books.authorization(request.params.id);
      if (!authorization) return reply.code(404).send({ error: 'not_found' });
      if (deliveries.full) return reply.code(503).header('retry-after', '5').send({ error: 'too_many_undelivered' });
      const conflict = decide(authorization, approve);
      return conflict ? reply.code(409).send({ error: conflict.conflict }) : view(request, authorization);
    });

    api.get<{ Params: { key: string } }>('/v1/operations/:key', (request, reply) =>
      faults.run('find', reply, () => {
        const operation = books.find(request.params.key);
        if (!operation) return problem(404, 'not_found');
        return ok(isAuthorization(operation) ? view(request, operation) : viewOfMove(operation));
      }),
    );

    api.get('/v1/journal', (request) => pageOf(books.operations, request.query, summary).body);
    done();
  });
  return app;
}

const viewOfMove = ({ kind, key, id, authorization, amount, currency, refused: reason, at }: MoveEntry): object => ({
  kind,
  key,
  reference: id,
  authorization,
  status: reason === undefined ? 'succeeded' : 'refused',
  reason,
  amount,
  currency,
  at,
});

function answerOfMove(result: MoveEntry | Conflict): Answer {
  if ('conflict' in result) return problem(409, result.conflict);
  return result.refused === undefined ? ok(viewOfMove(result)) : { status: 422, body: viewOfMove(result) };
}

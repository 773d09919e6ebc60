import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Faults } from '../faults';
import { MailCatcher } from './mail-catcher';
import { NotifierBooks, type AcceptedMessage } from './notifier-books';
import { buildServer, ok, pageOf, problem, refused, requireApiKey, type SandboxOptions } from '../server';

/** Describes the options of the notifier. It sends no webhooks. */
export interface NotifierOptions extends Pick<SandboxOptions, 'apiKey' | 'journalFile' | 'logger' | 'now'> {
  /** The port of the SMTP server; 0 uses a free one. */
  readonly smtpPort: number;
  readonly smtpHost?: string | undefined;
}

export type Notifier = FastifyInstance & { readonly mail: MailCatcher };

const SmsBody = z.strictObject({
  key: z.string().min(1).max(200),
  to: z.string().min(1).max(40),
  text: z.string().min(1).max(2_000),
});
/** Is a phone number that nobody has. */
const UNKNOWN_NUMBER = '+8613911111111';

/** Builds a server that accepts SMS over HTTP and e-mail over SMTP, keeps both in its books, and delivers neither. */
export function buildNotifier(options: NotifierOptions): Notifier {
  const app = buildServer(options.logger);
  const books = new NotifierBooks(options);
  const faults = new Faults(['send', 'find', 'mail']);
  const mail = new MailCatcher(options, books, faults, app.log);

  app.addHook('onReady', () => mail.listen());
  app.addHook('onClose', async () => {
    await mail.close();
    books.close();
  });

  const view = ({ entry, reference }: AcceptedMessage): object =>
    entry === 'sent' ? { status: 'sent', reference } : { status: 'refused', reason: 'unknown_number' };

  app.get('/healthz', () => ({ status: 'ok' }));
  app.register((api, _options, done) => {
    requireApiKey(api, options.apiKey);
    faults.register(api);

    api.post('/v1/messages', (request, reply) => {
      const { key, ...content } = SmsBody.parse(request.body);
      return faults.run('send', reply, () => {
        const taken = books.take('sms', key, content, content.to === UNKNOWN_NUMBER);
        if (taken === 'key_reused') return problem(409, taken);
        return taken.entry === 'sent' ? ok(view(taken)) : refused('unknown_number');
      });
    });

    api.get<{ Params: { key: string } }>('/v1/messages/by-key/:key', (request, reply) =>
      faults.run('find', reply, () => {
        const taken = books.find(request.params.key);
        return taken ? ok(view(taken)) : problem(404, 'not_found');
      }),
    );

    api.get<{ Params: { key: string } }>('/v1/messages/by-key/:key/content', (request, reply) => {
      const taken = books.find(request.params.key);
      return taken ? books.contentOf(taken) : reply.code(404).send({ error: 'not_found' });
    });

    api.get(
      '/v1/journal',
      (request) =>
        pageOf(
          books.messages.filter(({ entry }) => entry === 'sent'),
          request.query,
          ({ key, channel, reference, at }) => ({ key, channel, reference, at }),
        ).body,
    );
    done();
  });
  return Object.assign(app, { mail });
}

import type { AddressInfo } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { SMTPServer } from 'smtp-server';
import type { Faults } from '../faults';
import type { NotifierBooks } from './notifier-books';

/** Matches the address of a mailbox that does not exist. */
const NO_SUCH_MAILBOX = /^no-such-mailbox@/;

/** Accepts e-mail by SMTP into the books, under the key in its header; delivers none. */
export class MailCatcher {
  readonly #server: SMTPServer;

  constructor(
    private readonly options: { readonly smtpPort: number; readonly smtpHost?: string | undefined },
    private readonly books: NotifierBooks,
    private readonly faults: Faults<'send' | 'find' | 'mail'>,
    log: FastifyBaseLogger,
  ) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onRcptTo: ({ address }, _session, done) => {
        done(NO_SUCH_MAILBOX.test(address) ? smtpError(550, 'No such mailbox') : null);
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
        });
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
          done(this.#take(to, Buffer.concat(chunks).toString('utf8')));
        });
      },
    });
    // A client that disconnects in the middle must not end the server.
    this.#server.on('error', (error) => {
      log.warn({ err: error }, 'a mail connection broke');
    });
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.server.once('error', reject);
      this.#server.listen(this.options.smtpPort, this.options.smtpHost ?? '127.0.0.1', () => {
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #take(to: string, mail: string): Error | null {
    const fault = this.faults.next('mail');
    if (fault && fault !== 'error_after' && fault !== 'execute_then_timeout') return smtpError(451, 'Try again later');
    const key = /^x-operation-key: *(\S+)/im.exec(mail)?.[1] ?? /^message-id: *<([^>]+)>/im.exec(mail)?.[1];
    if (key === undefined) return smtpError(554, 'A message needs a Message-ID');
    this.books.take('email', key, { to, text: mail }, false);
    return fault ? smtpError(451, 'Accepted, although this reply says otherwise') : null;
  }
}

const smtpError = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

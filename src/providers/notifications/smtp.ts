import { createTransport, type Transporter } from 'nodemailer';
import type { Message, NotificationProvider, Sent } from './notification-provider';
import { ProviderUnavailable } from '../unavailable';

export const SMTP = 'smtp';

/** Begins the replies that refuse a mailbox, an address or a message permanently (RFC 5321, 4.2.1). */
const REFUSED_FROM = 500;

/**
 * Sends e-mail by SMTP. SMTP cannot report what became of a message, so an attempt without an answer is repeated under
 * the same Message-ID, by which mail stores recognize a copy: at least once on the wire, once in the mailbox.
 */
export class SmtpNotificationProvider implements NotificationProvider {
  readonly code = SMTP;
  readonly channel = 'email';
  readonly #transport: Transporter;
  readonly #from: string;

  /**
   * Takes an `smtp://` or `smtps://` URL, with user and password when the server needs them. `timeoutMs` limits each
   * step of one attempt.
   */
  constructor({ url, from, timeoutMs }: { readonly url: string; readonly from: string; readonly timeoutMs: number }) {
    this.#transport = createTransport({
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    });
    this.#from = from;
  }

  async send({ key, to, replyTo, subject, text, html }: Message, signal?: AbortSignal): Promise<Sent> {
    signal?.throwIfAborted();
    const messageId = `<${key.replaceAll(':', '.')}@mallflow.invalid>`;
    const sending = this.#transport.sendMail({
      from: this.#from,
      to,
      replyTo,
      subject,
      text,
      html,
      messageId,
      headers: { 'X-Operation-Key': key },
    });
    const aborted =
      signal &&
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener(
          'abort',
          () => {
            reject(signal.reason as Error);
          },
          { once: true },
        );
      });
    try {
      await (aborted ? Promise.race([sending, aborted]) : sending);
      return { status: 'sent', reference: messageId };
    } catch (error) {
      signal?.throwIfAborted();
      const { responseCode } = error as { responseCode?: number };
      if (responseCode !== undefined && responseCode >= REFUSED_FROM)
        return { status: 'refused', reason: String(responseCode) };
      throw new ProviderUnavailable(this.code, 'the mail server did not take the message', { cause: error });
    }
  }

  findByKey(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

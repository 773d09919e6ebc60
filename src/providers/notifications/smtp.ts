import { createTransport, type Transporter } from 'nodemailer';
import type { Message, NotificationProvider, Sent } from './notification-provider';
import { ProviderUnavailable } from '../unavailable';

export const SMTP = 'smtp';

/** Replies that no later try changes: the mailbox, its address or the message is refused for good (RFC 5321, 4.2.1). */
const REFUSED_FROM = 500;

/**
 * Sends e-mail by SMTP. SMTP cannot be asked what became of a message, so a try without an answer is made again under
 * the same Message-ID, by which mail stores know a copy: at least once on the wire, once in the mailbox.
 */
export class SmtpNotificationProvider implements NotificationProvider {
  readonly code = SMTP;
  readonly channel = 'email';
  readonly #transport: Transporter;
  readonly #from: string;

  /**
   * Takes `smtp://` or `smtps://`, with user and password where the server asks for them. `timeoutMs` bounds each step
   * of one try.
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
    const given =
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
      await (given ? Promise.race([sending, given]) : sending);
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

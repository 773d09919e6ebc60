import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { z } from 'zod';
import type { VerifiedWebhook } from '../contracts/webhooks/provider-events';

/**
 * Thrown when the body of a validly signed webhook does not fit its schema. The route answers 422, as the fault is the
 * provider's.
 */
export class WebhookNotUnderstood extends Error {
  override readonly name = 'WebhookNotUnderstood';

  constructor(
    readonly provider: string,
    fault: string,
    options?: ErrorOptions,
  ) {
    super(`${provider} sent a signed webhook that ${fault}`, options);
  }
}

/** Verifies webhooks signed by Standard Webhooks; a time-stamp more than five minutes off counts as stale. */
export class StandardWebhookVerifier {
  private readonly webhook: Webhook;

  /** `secret` is `whsec_` followed by base64. */
  constructor(
    private readonly provider: string,
    secret: string,
  ) {
    this.webhook = new Webhook(secret);
  }

  /**
   * Reads one webhook; undefined when it is forged, stale or unsigned. Throws `WebhookNotUnderstood` when it is signed
   * but does not fit the schema.
   */
  read<T>(headers: Record<string, string>, rawBody: string, schema: z.ZodType<T>): VerifiedWebhook<T> | undefined {
    const eventId = headers['webhook-id'];
    if (!eventId || !this.isSigned(headers, rawBody)) return undefined;
    const parsed = schema.safeParse(this.parseJson(rawBody));
    if (parsed.success) return { eventId, event: parsed.data };
    const members = parsed.error.issues.map((issue) => issue.path.join('.') || '(body)').join(', ');
    throw new WebhookNotUnderstood(this.provider, `does not fit its schema: ${members}`, { cause: parsed.error });
  }

  private isSigned(headers: Record<string, string>, rawBody: string): boolean {
    try {
      this.webhook.verify(rawBody, headers, { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  }

  private parseJson(rawBody: string): unknown {
    try {
      return JSON.parse(rawBody);
    } catch (error) {
      throw new WebhookNotUnderstood(this.provider, 'is no JSON', { cause: error });
    }
  }
}

import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { z } from 'zod';
import type { VerifiedWebhook } from '../contracts/webhooks/provider-events';

/**
 * Thrown when a validly signed webhook holds what its schema does not know. The route answers 422: the vendor's body is
 * at fault.
 */
export class WebhookNotUnderstood extends Error {
  override readonly name = 'WebhookNotUnderstood';

  constructor(
    readonly provider: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${provider} sent a signed webhook that ${what}`, options);
  }
}

/** Verifies webhooks signed as Standard Webhooks says; a time-stamp more than five minutes off counts as stale. */
export class StandardWebhookVerifier {
  private readonly webhook: Webhook;

  /** `secret` is base64 behind `whsec_`. */
  constructor(
    private readonly provider: string,
    secret: string,
  ) {
    this.webhook = new Webhook(secret);
  }

  /**
   * Reads one webhook. Undefined when it is forged, stale or unsigned; throws `WebhookNotUnderstood` when signed but
   * foreign.
   */
  read<T>(headers: Record<string, string>, rawBody: string, schema: z.ZodType<T>): VerifiedWebhook<T> | undefined {
    const eventId = headers['webhook-id'];
    if (!eventId || !this.holds(headers, rawBody)) return undefined;
    const parsed = schema.safeParse(this.json(rawBody));
    if (parsed.success) return { eventId, event: parsed.data };
    const members = parsed.error.issues.map((issue) => issue.path.join('.') || '(body)').join(', ');
    throw new WebhookNotUnderstood(this.provider, `does not fit its schema: ${members}`, { cause: parsed.error });
  }

  private holds(headers: Record<string, string>, rawBody: string): boolean {
    try {
      this.webhook.verify(rawBody, headers, { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  }

  private json(rawBody: string): unknown {
    try {
      return JSON.parse(rawBody);
    } catch (error) {
      throw new WebhookNotUnderstood(this.provider, 'is no JSON', { cause: error });
    }
  }
}

import { z } from 'zod';
import { Currency } from '../../contracts/money';
import { NextAction } from '../../contracts/orders/order';
import { PaymentEvent, type VerifiedWebhook } from '../../contracts/webhooks/provider-events';
import { callJson, readAnswer, type JsonAnswer, type ProviderConnection } from '../http';
import { readJournal } from '../sandbox-journal';
import type {
  Authorization,
  AuthorizeRequest,
  MoneyMove,
  MoneyMoveRequest,
  PaymentJournalEntry,
  PaymentProvider,
  PaymentWebhookReader,
} from './payment-provider';
import { StandardWebhookVerifier } from '../webhook';

export const SANDBOX_GATEWAY = 'sandbox-gateway';

const reference = z.string().min(1);
const AuthorizationAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('authorized'), reference }),
  z.object({ status: z.literal('declined'), reference, declineCode: z.string() }),
  z.object({ status: z.literal('action_required'), reference, nextAction: NextAction }),
  z.object({ status: z.literal('expired'), reference }),
]);
const MoveAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), reference }),
  z.object({ status: z.literal('refused'), reason: z.string() }),
]);
const JournalEntry = z.object({
  key: z.string(),
  kind: z.enum(['authorize', 'capture', 'void', 'refund']),
  reference,
  status: z.string(),
  amount: z.int(),
  currency: Currency,
});
const Webhook = z
  .object({ type: z.string(), data: PaymentEvent })
  .refine(({ type, data }) => type === `payment.${data.status}`, { path: ['type'], message: 'contradicts data.status' })
  .transform(({ data }) => data);

/** Calls the sandbox gateway over HTTP, once per call. After `ProviderUnavailable` the effect may exist: ask by key. */
export class SandboxPaymentProvider implements PaymentProvider {
  readonly code = SANDBOX_GATEWAY;
  private readonly connection: ProviderConnection;

  constructor(options: Omit<ProviderConnection, 'provider'>) {
    this.connection = { provider: this.code, ...options };
  }

  async authorize(request: AuthorizeRequest, signal?: AbortSignal): Promise<Authorization> {
    const { key, orderId, method, token, amount } = request;
    const body = { key, orderId, method, token, ...amount };
    const answer = await callJson(this.connection, {
      method: 'POST',
      path: '/v1/authorizations',
      body,
      expect: [200],
      signal,
    });
    return readAnswer(this.connection, answer, AuthorizationAnswer);
  }

  async cancelAction(authorization: string, signal?: AbortSignal): Promise<Authorization> {
    const path = `/v1/authorizations/${encodeURIComponent(authorization)}/cancellation`;
    const answer = await callJson(this.connection, { method: 'POST', path, expect: [200], signal });
    return readAnswer(this.connection, answer, AuthorizationAnswer);
  }

  capture(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove> {
    return this.move('captures', request, signal);
  }

  void(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove> {
    return this.move('voids', request, signal);
  }

  refund(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove> {
    return this.move('refunds', request, signal);
  }

  async findAuthorizationByKey(key: string, signal?: AbortSignal): Promise<Authorization | undefined> {
    const answer = await this.find(key, signal);
    return answer && readAnswer(this.connection, answer, AuthorizationAnswer);
  }

  async findMoneyMoveByKey(key: string, signal?: AbortSignal): Promise<MoneyMove | undefined> {
    const answer = await this.find(key, signal);
    return answer && readAnswer(this.connection, answer, MoveAnswer);
  }

  /** Yields every operation with its current status; refused ones moved nothing and are left out. */
  async *journal(): AsyncGenerator<PaymentJournalEntry, void, undefined> {
    for await (const entry of readJournal(this.connection, JournalEntry)) {
      if (entry.status !== 'refused') yield entry;
    }
  }

  private async move(
    kind: 'captures' | 'voids' | 'refunds',
    request: MoneyMoveRequest,
    signal?: AbortSignal,
  ): Promise<MoneyMove> {
    const path = `/v1/authorizations/${encodeURIComponent(request.authorization)}/${kind}`;
    const body = { key: request.key, ...request.amount };
    const answer = await callJson(this.connection, { method: 'POST', path, body, expect: [200, 422], signal });
    return readAnswer(this.connection, answer, MoveAnswer);
  }

  private async find(key: string, signal?: AbortSignal): Promise<JsonAnswer | undefined> {
    const path = `/v1/operations/${encodeURIComponent(key)}`;
    const answer = await callJson(this.connection, { method: 'GET', path, expect: [200, 404], signal });
    return answer.status === 404 ? undefined : answer;
  }
}

/** Reads the sandbox gateway's webhooks. Throws `WebhookNotUnderstood` for a signed body that is none of them. */
export class SandboxPaymentWebhookReader implements PaymentWebhookReader {
  readonly code = SANDBOX_GATEWAY;
  private readonly verifier: StandardWebhookVerifier;

  constructor(secret: string) {
    this.verifier = new StandardWebhookVerifier(this.code, secret);
  }

  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<PaymentEvent> | undefined {
    return this.verifier.read(headers, rawBody, Webhook);
  }
}

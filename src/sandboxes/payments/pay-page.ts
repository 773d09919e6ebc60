import type { FastifyInstance, FastifyReply } from 'fastify';
import { CURRENCY_DIGITS } from '../../contracts/money';
import type { Authorization, Status } from './gateway-books';

/** Lists the functions of the gateway that the pay page needs. */
export interface PayPageGateway {
  find(id: string): Authorization | undefined;
  statusOf(authorization: Authorization): Status;
  /** Does nothing when the customer can no longer decide: the page then shows the payment's status. */
  decide(authorization: Authorization, approved: boolean): void;
  busy(): boolean;
}

const STATUS_TEXT: Record<Exclude<Status, 'action_required'>, string> = {
  authorized: 'Approved. The shop is being notified; you can close this page.',
  declined: 'Declined. The shop is being notified; you can close this page.',
  expired: 'This payment was not approved in time. Go back to the shop and pay again.',
};

/** Adds the page on which the customer approves or declines. It needs no API key: its address is the secret. */
export function registerPayPage(scope: FastifyInstance, gateway: PayPageGateway): void {
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, new URLSearchParams(body.toString()));
  });
  scope.get<{ Params: { id: string } }>('/pay/:id', (request, reply) =>
    show(reply, gateway, gateway.find(request.params.id)),
  );
  scope.post<{ Params: { id: string } }>('/pay/:id', (request, reply) => {
    const authorization = gateway.find(request.params.id);
    const decision = request.body instanceof URLSearchParams ? request.body.get('decision') : undefined;
    if (decision !== 'approve' && decision !== 'decline') return html(reply, 400, '<p>Choose one of the two.</p>');
    if (gateway.busy())
      return html(reply.header('retry-after', '5'), 503, '<p>The gateway is busy. Try again in a moment.</p>');
    if (authorization) gateway.decide(authorization, decision === 'approve');
    return show(reply, gateway, authorization);
  });
}

function show(reply: FastifyReply, gateway: PayPageGateway, authorization: Authorization | undefined): FastifyReply {
  if (!authorization) return html(reply, 404, '<p>There is no such payment.</p>');
  const status = gateway.statusOf(authorization);
  if (status !== 'action_required') return html(reply, 200, `<p>${STATUS_TEXT[status]}</p>`);
  const { orderId, amount, currency } = authorization.made;
  const digits = CURRENCY_DIGITS[currency];
  return html(
    reply,
    200,
    `<p>Order ${escape(orderId)}</p>
<p><strong>${(amount / 10 ** digits).toFixed(digits)} ${currency}</strong></p>
<form method="post">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="decline">Decline</button>
</form>`,
  );
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function html(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ).send(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox payment</title>
<style>
body{font:1.1rem system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1.5rem}
</style>
<h1>Sandbox payment</h1>
${body}
</html>
`);
}

import type { PlaceOrder } from '../contracts/orders/place-order';
import type { Stack } from '../embedded/stack';

/** Describes the order that the printed `curl` places, and its caller. */
export interface SampleOrder {
  readonly storefrontKey: string;
  readonly skuIds: readonly string[];
  readonly currency: PlaceOrder['currency'];
}

/** Describes a running stack for programs. */
export const describeStack = (stack: Stack, sample?: SampleOrder) => ({
  api: stack.urls.api,
  docs: stack.urls.docs,
  webUi: stack.urls.webUi,
  temporal: stack.urls.temporal,
  paymentGateway: stack.urls.gateway,
  carrier: stack.urls.carrier,
  supplier: stack.urls.supplier,
  sms: stack.urls.sms,
  mail: withoutPassword(stack.urls.smtp),
  database: withoutPassword(stack.urls.database),
  state: stack.paths.root,
  apiKeys: stack.paths.apiKeys,
  settings: stack.paths.settings,
  pid: process.pid,
  sample: sample ?? null,
});

/** Describes a running stack for people: its addresses, how to place an order, and what to do next. */
export function formatReady(stack: Stack, sample: SampleOrder | undefined, now: Date): string {
  const described = describeStack(stack);
  const rows: readonly (readonly [string, string | null])[] = [
    ['API', described.api],
    ['API reference', described.docs],
    ['Temporal Web UI', described.webUi],
    ['Temporal', described.temporal],
    ['Payment gateway', described.paymentGateway],
    ['Carrier', described.carrier],
    ['Supplier', described.supplier],
    ['SMS', described.sms],
    ['Mail', described.mail],
    ['PostgreSQL', described.database],
    ['API keys', described.apiKeys],
    ['Passwords', described.settings],
    ['Logs', stack.paths.logs],
  ];
  const table = rows.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(18)}${value}`]));
  const screen = described.webUi ?? described.docs;
  const order = sample === undefined ? [] : ['', 'Place an order:', '', curl(stack.urls.api, sample, now)];
  return [
    '',
    'Mallflow is ready.',
    '',
    ...table,
    ...order,
    '',
    'What next:',
    '  npx mallflow demo      plays customer, warehouse and carrier, and prints one order from checkout to doorstep',
    `  ${screen.padEnd(23)}shows each order, what it waits for and which message ends the wait`,
    '  npx mallflow --help    lists every command',
    '',
    'Ctrl-C stops everything and keeps all data.',
    '',
  ].join('\n');
}

function curl(api: string, sample: SampleOrder, now: Date): string {
  const body: PlaceOrderBody = {
    customer: { reference: 'customer-1' },
    currency: sample.currency,
    lines: sample.skuIds.map((skuId) => ({ skuId, quantity: 1 })),
    recipient: {
      name: 'Recipient One',
      phone: '+86 138 0013 8000',
      address: {
        country: 'CN',
        region: '广东省',
        city: '深圳市',
        district: '南山区',
        line1: '科苑路15号',
        postcode: '518057',
      },
    },
    payment: { method: 'card', token: 'tok_ok' },
  };
  // A key for each start: the same one would answer with the order of the start before.
  const key = `try-${now.toISOString().slice(0, 19).replaceAll(':', '')}`;
  return [
    `  curl -sS ${api}/v1/orders \\`,
    `    -H 'Authorization: Bearer ${sample.storefrontKey}' \\`,
    `    -H 'Idempotency-Key: ${key}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '{ ${Object.entries(body)
      .map(([name, value]) => `"${name}": ${JSON.stringify(value)}`)
      .join(',\n          ')} }'`,
  ].join('\n');
}

type PlaceOrderBody = Pick<PlaceOrder, 'customer' | 'currency' | 'lines' | 'recipient' | 'payment'>;

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

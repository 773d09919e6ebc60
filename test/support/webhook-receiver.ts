import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SANDBOX_CARRIER, SandboxCarrierWebhookReader } from '../../src/providers/carriers/sandbox-carrier';
import { SANDBOX_GATEWAY, SandboxPaymentWebhookReader } from '../../src/providers/payments/sandbox-gateway';
import { SANDBOX_SUPPLIER, SandboxSupplierWebhookReader } from '../../src/providers/suppliers/sandbox-supplier';
import type { WebhookService } from '../../src/services/webhooks/webhook-service';
import { SECRET } from '../sandboxes/sandboxes';
import { log } from './log';

/** Receives the sandboxes' webhooks, and passes them to the service that takes them. */
export interface WebhookReceiver {
  readonly url: string;
  serve(webhooks: WebhookService): void;
  close(): Promise<void>;
}

/** Starts a receiver that verifies and takes webhooks as the API does, without the rest of it. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  let webhooks: WebhookService | undefined;
  const paymentReader = new SandboxPaymentWebhookReader(SECRET);
  const supplierReader = new SandboxSupplierWebhookReader(SECRET);
  const carrierReader = new SandboxCarrierWebhookReader(SECRET);
  const take = async (path: string, headers: Record<string, string>, body: string): Promise<number> => {
    if (path === '/payments') {
      const event = paymentReader.read(headers, body);
      if (event) await webhooks?.payment(SANDBOX_GATEWAY, event);
      return event ? 200 : 401;
    }
    if (path === '/suppliers') {
      const event = supplierReader.read(headers, body);
      if (event) await webhooks?.supplier(SANDBOX_SUPPLIER, event);
      return event ? 200 : 401;
    }
    const event = carrierReader.read(headers, body);
    if (event) await webhooks?.carrier(SANDBOX_CARRIER, event);
    return event ? 200 : 401;
  };
  const server: Server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk;
      })
      .on('end', () => {
        take(request.url ?? '', request.headers as Record<string, string>, body).then(
          (status) => response.writeHead(status).end(),
          (error: unknown) => {
            log.error({ err: error }, 'webhook failed');
            response.writeHead(500).end();
          },
        );
      });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (client) => {
      webhooks = client;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { mayReadMetrics, renderMetrics } from './scrape';

export interface MetricsEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /metrics of a process without another server, to callers that `mayRead` allows. Throws on a used port. */
export async function serveMetrics(
  registry: Registry,
  at: { host: string; port: number; token?: string | undefined },
  log: Logger,
): Promise<MetricsEndpoint> {
  const server = createServer((request, response) => {
    const end = (status: number, contentType: string, body: string): void => {
      response
        .writeHead(status, {
          'content-type': contentType,
          'cache-control': 'no-store',
          ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        })
        .end(body);
    };
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      end(404, 'text/plain', 'Only GET /metrics is served here.\n');
      return;
    }
    if (!mayReadMetrics({ address: request.socket.remoteAddress ?? '', headers: request.headers }, at.token)) {
      end(
        401,
        'text/plain',
        'Request the metrics from the machine itself, or send the metrics token as bearer token.\n',
      );
      return;
    }
    renderMetrics(registry).then(
      ({ contentType, body }) => {
        end(200, contentType, body);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the figures could not be written');
        end(500, 'text/plain', 'The figures could not be written.\n');
      },
    );
  });
  // Does not keep the process alive by itself.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at.port, at.host, () => {
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
        server.closeAllConnections();
      }),
  };
}

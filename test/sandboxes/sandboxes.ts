import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildNotifier, type NotifierOptions } from '../../src/sandboxes/notifications/notifier';
import type { SandboxOptions } from '../../src/sandboxes/server';
import type { BookRequest } from '../../src/providers/carriers/carrier-provider';

export const API_KEY = 'a-key-for-tests';
export const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

export interface Sandbox {
  readonly app: FastifyInstance;
  readonly url: string;
  /** Sends a request with the API key and parses the answer's body. */
  call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  fault(fault: object): Promise<void>;
}

export interface NotifierSandbox extends Sandbox {
  readonly smtpUrl: string;
}

export interface Receiver {
  readonly url: string;
  readonly taken: { headers: IncomingHttpHeaders; body: string }[];
  /** The statuses of the next answers; 204 once none is left. */
  readonly answers: number[];
  connections(): number;
}

/** Waits until a fact holds; fails after `limitMs`. */
export async function until(fact: () => boolean | Promise<boolean>, limitMs = 25_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await fact());) {
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain`);
    await wait(5);
  }
}

/** Starts the servers and files of a suite, and closes them, newest first. */
export class Bench {
  private readonly closers: (() => void | Promise<void>)[] = [];

  newJournal(): string {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    this.closers.push(() => {
      rmSync(folder, { recursive: true });
    });
    return join(folder, 'journal.jsonl');
  }

  async start(
    build: (options: SandboxOptions) => FastifyInstance,
    options: Partial<SandboxOptions> = {},
  ): Promise<Sandbox> {
    const app = build({
      apiKey: API_KEY,
      webhookSecret: SECRET,
      webhookUrl: 'http://127.0.0.1:9/',
      journalFile: options.journalFile ?? this.newJournal(),
      ...options,
    });
    return this.listening(app);
  }

  /** Starts the sandbox of mail and SMS. */
  async startNotifier(options: Partial<NotifierOptions> = {}): Promise<NotifierSandbox> {
    const app = buildNotifier({
      apiKey: API_KEY,
      journalFile: options.journalFile ?? this.newJournal(),
      smtpPort: 0,
      ...options,
    });
    const sandbox = await this.listening(app);
    return { ...sandbox, smtpUrl: `smtp://127.0.0.1:${app.mail.port}` };
  }

  private async listening(app: FastifyInstance): Promise<Sandbox> {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    this.closers.push(() => app.close());
    const call: Sandbox['call'] = async (method, path, body) => {
      const headers = {
        authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    return {
      app,
      url,
      call,
      fault: async (fault) => {
        expect((await call('POST', '/sandbox/faults', fault)).status).toBe(200);
      },
    };
  }

  /** Starts a receiver of webhooks that answers after `delayMs`. */
  async receive(delayMs = 0): Promise<Receiver> {
    const taken: Receiver['taken'] = [];
    const answers: number[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      let body = '';
      request
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          body += chunk;
        })
        .on('end', () => {
          const status = answers.shift() ?? 204;
          if (status < 300) taken.push({ headers: request.headers, body });
          setTimeout(() => {
            response.writeHead(status).end();
          }, delayMs);
        });
    });
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    this.closers.push(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
          server.closeAllConnections();
        }),
    );
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      taken,
      answers,
      connections: () => connections,
    };
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

export const bookRequest = (key: string, change: Partial<BookRequest> = {}): BookRequest => ({
  key,
  carrierCode: 'steady',
  reference: 'shp_01J0000000000000000000000A',
  from: { name: 'North', country: 'CN', postcode: '200000', city: 'Shanghai' },
  to: {
    name: 'Recipient ^XZ Two',
    phone: '+86 138 0000 0000',
    address: { country: 'CN', city: 'Hangzhou', line1: '1 West Lake Road', postcode: '310000' },
  },
  parcel: { weightG: 900, lengthMm: 300, widthMm: 200, heightMm: 100 },
  fragile: true,
  ...change,
});

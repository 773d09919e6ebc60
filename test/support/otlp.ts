import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

/** The part of OpenTelemetry's protocol (trace/v1/trace.proto) that the tests read. */
const Export = protobuf
  .parse(
    `syntax = "proto3";
  message Export { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15; }
  message Event { string name = 2; repeated KeyValue attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`,
  )
  .root.lookupType('Export');

interface KeyValue {
  readonly key: string;
  readonly value?: Readonly<Record<string, unknown>>;
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId: string;
        readonly name: string;
        readonly attributes: readonly KeyValue[];
        readonly events: readonly { readonly attributes: readonly KeyValue[] }[];
        readonly status: { readonly message: string; readonly code: number } | null;
      }[];
    }[];
  }[];
}

/** A span as a collector gets it. Ids are hexadecimal; a root's parent is empty. */
export interface TakenSpan {
  readonly service: unknown;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Everything that was sent of it, to look for what must not be there. */
  readonly all: string;
}

export interface Collector {
  readonly url: string;
  readonly spans: readonly TakenSpan[];
  close(): Promise<void>;
}

const valuesOf = (attributes: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value = {} }) => [key, Object.values(value)[0]]));
const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');

function read(body: Buffer): TakenSpan[] {
  const { resourceSpans } = Export.toObject(Export.decode(body), {
    bytes: String,
    longs: Number,
    arrays: true,
    defaults: true,
    oneofs: false,
  }) as Sent;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: valuesOf(resource.attributes)['service.name'],
        name: span.name,
        attributes: valuesOf(span.attributes),
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        all: JSON.stringify(span),
      })),
    ),
  );
}

/** Takes traces by OTLP over HTTP, in protobuf, on a free port of this machine. */
export async function startCollector(): Promise<Collector> {
  const spans: TakenSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => {
        chunks.push(chunk);
      })
      .on('end', () => {
        const fits =
          request.method === 'POST' &&
          request.url === '/v1/traces' &&
          request.headers['content-type'] === 'application/x-protobuf';
        if (fits) spans.push(...read(Buffer.concat(chunks)));
        response.writeHead(fits ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
      });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

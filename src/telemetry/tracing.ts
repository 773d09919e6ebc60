import type { ClientInterceptors } from '@temporalio/client';
import type { ActivityInterceptorsFactory, WorkerOptions } from '@temporalio/worker';
import type { FastifyPluginCallback } from 'fastify';
import type { TraceCall } from '../providers/http';
import { withoutFreeText } from './span-text';

type WorkflowSinks = NonNullable<WorkerOptions['sinks']>;

/** Describes the parts of a process that create spans. */
export interface Tracing {
  /** Creates a span for each request of /v1, in the caller's trace if the request names one. */
  readonly requests: FastifyPluginCallback;
  /** Creates a span for each call to Temporal about one workflow. */
  readonly client: ClientInterceptors;
  /** Creates a span for each attempt of an activity, local ones included. */
  readonly activities: ActivityInterceptorsFactory;
  /** Passes the spans of workflows out of their sandbox. */
  readonly sinks: WorkflowSinks;
  /** Creates a span for each call to a provider. */
  readonly calls: TraceCall;
  /** Returns the fields that connect a log line to its span. */
  readonly logFields: () => Record<string, string>;
  /** Sends the remaining spans, for at most four seconds, and ends. */
  stop(): Promise<void>;
}

/** Drops the spans of workflows that were started in a trace, in a worker that sends none. */
export const NO_SPANS: WorkflowSinks = { exporter: { export: { fn: () => undefined } } };

const SCOPE = 'mallflow';
/** Limits how long `stop` waits until the last spans are sent. */
const FLUSH_MS = 4_000;

/**
 * Starts to send spans to `url` by OTLP over HTTP, in protobuf. OpenTelemetry is loaded only here, so that a process
 * without traces does not pay for it. OpenTelemetry itself reads the sampler, headers, batches, limits and further
 * resource attributes from the variables of its specification.
 */
export async function startTracing({
  url,
  service,
}: {
  readonly url: string;
  readonly service: string;
}): Promise<Tracing> {
  const [
    api,
    core,
    resources,
    { AsyncLocalStorageContextManager },
    { OTLPTraceExporter },
    sdk,
    temporal,
    { FastifyOtelInstrumentation },
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/sdk-trace-base'),
    import('@temporalio/interceptors-opentelemetry-v2'),
    import('@fastify/otel'),
  ]);
  const { context, propagation, trace, SpanKind, SpanStatusCode } = api;
  const resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ 'service.name': service }))
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const processor = new sdk.BatchSpanProcessor(withoutFreeText(new OTLPTraceExporter({ url })));
  const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [processor] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());

  const tracer = provider.getTracer(SCOPE);
  const instrumentation = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    instrumentHandler: false,
    recordExceptions: false,
    ignorePaths: ({ url: requested }) => !requested.startsWith('/v1/'),
    requestHook: (span, { method, routeOptions }) => {
      span.updateName(`${method} ${routeOptions.url ?? 'none'}`);
    },
  });
  instrumentation.setTracerProvider(provider);

  return {
    requests: instrumentation.plugin(),
    client: { workflow: [new temporal.OpenTelemetryWorkflowClientInterceptor({ tracer })] },
    activities: (ctx) => ({
      inbound: new temporal.OpenTelemetryActivityInboundInterceptor(ctx, { tracer }),
      outbound: new temporal.OpenTelemetryActivityOutboundInterceptor(ctx),
    }),
    sinks: { exporter: temporal.makeWorkflowExporter(processor, resource) },
    calls: ({ provider: code, method }, run) =>
      tracer.startActiveSpan(
        `${method} ${code}`,
        { kind: SpanKind.CLIENT, attributes: { 'http.request.method': method, 'mallflow.provider': code } },
        async (span) => {
          const headers: Record<string, string> = {};
          propagation.inject(context.active(), headers);
          try {
            const answer = await run(headers);
            span.setAttribute('http.response.status_code', answer.status);
            return answer;
          } catch (error) {
            span
              .setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
              .setStatus({ code: SpanStatusCode.ERROR });
            throw error;
          } finally {
            span.end();
          }
        },
      ),
    logFields: () => {
      const active = trace.getActiveSpan()?.spanContext();
      return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
    },
    stop: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_MS);
      });
      await Promise.race([Promise.allSettled([provider.shutdown()]), late]);
      clearTimeout(timer);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import {
  ContinueAsNew,
  getRandomStream,
  proxySinks,
  workflowInfo,
  type Sinks,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';

/** The header in which Temporal's OpenTelemetry interceptors, of clients and activities, keep the trace context. */
const TRACE_HEADER = '_tracer-data';
/** Matches a sampled `traceparent` of W3C Trace Context; others cost nothing here. */
const SAMPLED = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;
const IDS = 'mallflow/tracing';
/** Values of OpenTelemetry's API: SpanKind.INTERNAL; SpanStatusCode.OK and ERROR; TraceFlags.SAMPLED. */
const INTERNAL = 0;
const OK = 1;
const FAILED = 2;
const FLAG_SAMPLED = 1;

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Describes the span of a run as Temporal's exporter of workflow spans takes it out of the sandbox. */
interface RunSpan {
  readonly name: string;
  readonly kind: number;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext;
  readonly startTime: [number, number];
  readonly endTime: [number, number];
  readonly duration: [number, number];
  readonly status: { readonly code: number };
  readonly attributes: Record<string, string>;
  readonly links: [];
  readonly events: [];
  readonly ended: true;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly instrumentationScope: { readonly name: string };
}

interface TracingSinks extends Sinks {
  exporter: { export(spans: RunSpan[]): void };
}

/**
 * Traces a run that a sampled trace started. One span lasts from its start to its end, the parent of its activities'
 * spans. It returns the promises that it gets unchanged, so that a history replays with and without it. Temporal's own
 * interceptor awaits around each call, and brings OpenTelemetry's SDK into every workflow.
 */
export const tracing: WorkflowInterceptorsFactory = () => {
  let headers: Headers | undefined;
  const add = <Input extends { readonly headers: Headers }>(input: Input): Input =>
    headers === undefined ? input : { ...input, headers: { ...input.headers, ...headers } };
  return {
    inbound: [
      {
        execute: (input, next) => {
          const parent = contextOf(input.headers);
          if (parent === undefined) return next(input);
          const own = { ...parent, spanId: newSpanId() };
          headers = headersOf(own);
          const end = startRun(own, parent);
          const run = next(input);
          run.then(
            () => {
              end(OK);
            },
            (error: unknown) => {
              end(error instanceof ContinueAsNew ? OK : FAILED);
            },
          );
          return run;
        },
      },
    ],
    outbound: [
      { scheduleActivity: (input, next) => next(add(input)), scheduleLocalActivity: (input, next) => next(add(input)) },
    ],
  };
};

function contextOf(headers: Headers): SpanContext | undefined {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return undefined;
  const { traceparent = '' } = defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload);
  const [, traceId, spanId] = SAMPLED.exec(traceparent) ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId, traceFlags: FLAG_SAMPLED };
}

const headersOf = ({ traceId, spanId }: SpanContext): Headers => ({
  [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: `00-${traceId}-${spanId}-01` }),
});

/** Draws a span id from a random stream of its own, which a replay repeats. Zero would stand for no span. */
function newSpanId(): string {
  const stream = getRandomStream(IDS);
  const half = (): string =>
    Math.floor(stream.random() * 0xffff_ffff + 1)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}

function startRun(spanContext: SpanContext, parentSpanContext: SpanContext): (code: number) => void {
  const { workflowType } = workflowInfo();
  const began = Date.now();
  return (code) => {
    const ended = Date.now();
    proxySinks<TracingSinks>().exporter.export([
      {
        name: `RunWorkflow:${workflowType}`,
        kind: INTERNAL,
        spanContext,
        parentSpanContext,
        startTime: timeOf(began),
        endTime: timeOf(ended),
        duration: timeOf(ended - began),
        status: { code },
        attributes: {},
        links: [],
        events: [],
        ended: true,
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
        instrumentationScope: { name: 'mallflow/workflow' },
      },
    ]);
  };
}

/** Splits milliseconds into seconds and nanoseconds. */
const timeOf = (ms: number): [number, number] => [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];

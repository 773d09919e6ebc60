import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/**
 * Lists the attributes that a span may have: ids, statuses, patterns of routes, names. Everything else is never sent,
 * such as raw URLs, messages and stacks of errors, and whatever a later release of an instrumentation adds.
 */
const SENT = new Set([
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'error.type',
  'exception.type',
  'mallflow.provider',
  'temporalWorkflowId',
  'temporalActivityId',
  'temporalUpdateId',
  'run_id',
  'workflowId',
  'workflowType',
  'runId',
]);

const allowed = (attributes: Attributes | undefined): Attributes =>
  Object.fromEntries(Object.entries(attributes ?? {}).filter(([name]) => SENT.has(name)));

/** Removes every attribute that is not in `SENT` from spans before an exporter sends them. */
export function withoutFreeText(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans.map(strip), done);
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}

const strip = (span: ReadableSpan): ReadableSpan => ({
  name: span.name,
  kind: span.kind,
  startTime: span.startTime,
  endTime: span.endTime,
  duration: span.duration,
  ended: span.ended,
  spanContext: () => span.spanContext(),
  ...(span.parentSpanContext === undefined ? {} : { parentSpanContext: span.parentSpanContext }),
  attributes: allowed(span.attributes),
  events: span.events.map(({ attributes, ...event }) => ({ ...event, attributes: allowed(attributes) })),
  links: span.links.map(({ attributes, ...link }) => ({ ...link, attributes: allowed(attributes) })),
  status: { code: span.status.code },
  resource: span.resource,
  instrumentationScope: span.instrumentationScope,
  droppedAttributesCount: span.droppedAttributesCount,
  droppedEventsCount: span.droppedEventsCount,
  droppedLinksCount: span.droppedLinksCount,
});

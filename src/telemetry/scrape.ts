import { createHash, timingSafeEqual } from 'node:crypto';
import type { Registry } from 'prom-client';

/** Identifies who requests the metrics. */
export interface MetricsCaller {
  readonly address: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Lists the headers of a proxy: behind one on this machine, every caller seems to come from loopback. */
const PROXIED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/**
 * Returns whether a caller may read the metrics. With a token set, only a caller with that bearer token may; without
 * one, only this machine itself, and not through a proxy.
 */
export function mayReadMetrics({ address, headers }: MetricsCaller, token: string | undefined): boolean {
  if (token !== undefined)
    return typeof headers.authorization === 'string' && equalInConstantTime(headers.authorization, `Bearer ${token}`);
  return LOOPBACK.test(address) && !PROXIED.some((name) => headers[name] !== undefined);
}

/** Compares two texts in a time that does not depend on where they differ. */
const equalInConstantTime = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Renders a registry in the text format of Prometheus. */
export const renderMetrics = async (registry: Registry): Promise<{ contentType: string; body: string }> => ({
  contentType: registry.contentType,
  body: await registry.metrics(),
});

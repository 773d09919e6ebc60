import { createHash, timingSafeEqual } from 'node:crypto';
import type { Registry } from 'prom-client';

/** Who asks for figures. */
export interface Asker {
  readonly address: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a proxy adds: behind one on this machine, the whole world seems to ask from loopback. */
const PROXIED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/**
 * Tells whether somebody may read the figures. With a token set, whoever shows it as bearer token, and nobody else;
 * without one, this machine itself, but not through a proxy.
 */
export function mayRead({ address, headers }: Asker, token: string | undefined): boolean {
  if (token !== undefined)
    return typeof headers.authorization === 'string' && same(headers.authorization, `Bearer ${token}`);
  return LOOPBACK.test(address) && !PROXIED.some((name) => headers[name] !== undefined);
}

/** Compares without telling by the time it takes how much was right. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Writes a registry in the text form of Prometheus. */
export const textOf = async (registry: Registry): Promise<{ contentType: string; body: string }> => ({
  contentType: registry.contentType,
  body: await registry.metrics(),
});

import { utimesSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';

const EVERY_MS = 10_000;

/**
 * Touches a file every 10 s while `check` resolves: the health check of a process that listens on no port. The first
 * check is made at once; a failed one is logged, and the file stays as old as it is. The returned function ends it.
 */
export function touchWhileHealthy(file: string, check: () => Promise<void>, log: Logger): () => void {
  let busy = false;
  const beat = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await check();
      const now = new Date();
      writeFileSync(file, '', { flag: 'a' });
      utimesSync(file, now, now);
    } catch (error) {
      log.warn({ err: error }, 'unhealthy');
    } finally {
      busy = false;
    }
  };
  void beat();
  const timer = setInterval(() => void beat(), EVERY_MS);
  return () => {
    clearInterval(timer);
  };
}

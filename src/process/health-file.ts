import { utimesSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';

const EVERY_MS = 10_000;

/**
 * Keeps a file's modification time fresh as long as `check` resolves, for a process that no port can be asked. The
 * first check is made at once; a check that throws is logged and leaves the file to grow old. The answer ends it.
 */
export function keepFresh(file: string, check: () => Promise<void>, log: Logger): () => void {
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
      log.warn({ err: error }, 'not well');
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

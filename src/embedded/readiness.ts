import { open } from 'node:fs/promises';

const ANSWER_WITHIN_MS = 2_000;

/** Tells whether a URL answers 200; nobody listening yet, or any other answer, is "not yet". */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch (error) {
    // fetch reports every failed connection as a TypeError, and its time-out as a TimeoutError.
    if (['TypeError', 'TimeoutError'].includes((error as Error).name)) return false;
    throw error;
  }
}

/** Builds a check that tells whether a log holds a text; it reads on from where it stopped. */
export function logs(file: string, text: string): () => Promise<boolean> {
  let position = 0;
  let rest = '';
  return async () => {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read({ position, buffer: Buffer.alloc(64 * 1024) });
      position += bytesRead;
      rest += buffer.toString('utf8', 0, bytesRead);
      if (rest.includes(text)) return true;
      rest = rest.slice(-text.length);
      return false;
    } finally {
      await handle.close();
    }
  };
}

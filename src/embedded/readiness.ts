import { open } from 'node:fs/promises';

const ANSWER_WITHIN_MS = 2_000;

/** Returns whether a URL answers 200; false for any other answer and while nobody listens yet. */
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

/** Builds a check whether a log contains a text; each call reads on from where the last one stopped. */
export function logContains(file: string, text: string): () => Promise<boolean> {
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

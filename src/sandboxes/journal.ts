import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

const NEWLINE = 0x0a;

/** Locates an entry in the file, in bytes, without its line end. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/**
 * Stores a sandbox's books in an append-only file with one JSON line per entry. An entry is one write, so a killed
 * process leaves at most an incomplete last line. Nothing is flushed to the disk: a power cut may lose entries.
 */
export class Journal<Entry> {
  private closed = false;

  private constructor(
    private readonly fd: number,
    private readonly schema: z.ZodType<Entry>,
    private size: number,
  ) {}

  /**
   * Opens or creates the file and passes every entry to `apply`, oldest first. An incomplete last line is cut off, as
   * its call was never answered. Throws when a complete line is not an entry: the file is damaged and is not changed.
   */
  static open<Entry>(
    file: string,
    schema: z.ZodType<Entry>,
    apply: (entry: Entry, span: Span) => void,
  ): Journal<Entry> {
    mkdirSync(dirname(file), { recursive: true });
    const fd = openSync(file, 'a+', 0o600);
    try {
      const content = readFileSync(fd);
      let offset = 0;
      for (let end = content.indexOf(NEWLINE); end >= 0; end = content.indexOf(NEWLINE, offset)) {
        apply(readLine(content.subarray(offset, end), schema, `${file} at byte ${offset}`), {
          offset,
          length: end - offset,
        });
        offset = end + 1;
      }
      if (offset < content.length) ftruncateSync(fd, offset);
      return new Journal(fd, schema, offset);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Adds an entry. Throws, with the file unchanged, when it cannot be written whole or the journal is closed. */
  append(entry: Entry): Span {
    if (this.closed) throw new Error('The journal is closed');
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    const written = writeSync(this.fd, line);
    if (written < line.length) {
      ftruncateSync(this.fd, this.size);
      throw new Error(`Only ${written} of ${line.length} bytes could be written to the journal: is the disk full?`);
    }
    const span = { offset: this.size, length: line.length - 1 };
    this.size += line.length;
    return span;
  }

  /** Reads one entry again: large and private content is not kept in memory. */
  read(span: Span): Entry {
    if (this.closed) throw new Error('The journal is closed');
    const line = Buffer.alloc(span.length);
    readSync(this.fd, line, 0, span.length, span.offset);
    return readLine(line, this.schema, `the journal at byte ${span.offset}`);
  }

  /** Closes the file. Safe to repeat. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }
}

function readLine<Entry>(line: Buffer, schema: z.ZodType<Entry>, where: string): Entry {
  try {
    return schema.parse(JSON.parse(line.toString('utf8')));
  } catch (error) {
    throw new Error(`Not a journal entry: ${where}`, { cause: error });
  }
}

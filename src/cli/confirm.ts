import { createInterface } from 'node:readline';

/** Names the streams on which a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Returns the terminal that this program was started from. Questions go to stderr, as results go to stdout. */
export const ownTerminal = (): Terminal => ({ input: process.stdin, output: process.stderr });

/** Returns whether a person can be asked. */
export const isAttended = ({ input, output }: Terminal): boolean => input.isTTY === true && output.isTTY === true;

/** Asks a question and resolves with whether the answer is yes; an empty one, Ctrl-C and Ctrl-D are no. */
export function confirm(question: string, { input, output }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output });
  return new Promise((resolve) => {
    lines.once('close', () => resolve(false));
    lines.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(?:es)?$/i.test(answer.trim()));
      lines.close();
    });
  });
}

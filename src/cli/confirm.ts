import { createInterface } from 'node:readline';

/** Where a question is asked and its answer typed. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The terminal that this program was started from; results go to stdout, questions do not. */
export const ownTerminal = (): Terminal => ({ input: process.stdin, output: process.stderr });

/** Tells whether a person is there to be asked. */
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

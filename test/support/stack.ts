import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutReplacements } from '../../src/embedded/parts';
import { removePostgresData } from '../../src/embedded/postgres/postgres-home';
import { startStack, type Stack, type StackOptions } from '../../src/embedded/stack';

/** Names the folders of test stacks, so that a later run finds those of one that was killed. */
export const STACK_FOLDER_PREFIX = 'mallflow-stack-';

export interface TestStack extends Stack {
  /** Stops the stack and removes its folder. */
  destroy(): Promise<void>;
}

/**
 * Starts the whole stack on free ports and in a folder of its own (about 5 s). Fails the suite when a part of it ends
 * by itself. The worker and the API run from `dist`: `npm test` builds it first.
 */
export async function startTestStack(
  options: Pick<StackOptions, 'env' | 'seed' | 'onStep' | 'reroute'> = {},
): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), STACK_FOLDER_PREFIX));
  const lost: string[] = [];
  const removeFolder = () => {
    removePostgresData(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      ...options,
      env: options.env ?? withoutReplacements(process.env),
      stateFolder: folder,
      ephemeral: true,
      durable: false,
      onLost: (_part, message) => {
        lost.push(message);
      },
    });
    return {
      ...stack,
      destroy: async () => {
        await stack.stop();
        removeFolder();
        if (lost.length > 0) throw new Error(lost.join('\n'));
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

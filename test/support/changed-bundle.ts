import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleOf } from './bundle';

const ROOT = join(__dirname, '../..');

/** Replaces one piece of today's workflows. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const VALIDATE = "const validated = await order.steps.runTransaction('validateOrder', { orderId });";

/** Adds a step before an order's first, which orders under way ran without. */
export const NEW_STEP: Change = {
  file: 'order/placement.ts',
  from: VALIDATE,
  to: `await order.steps.runTransaction('releaseStock', { orderId }); ${VALIDATE}`,
};

/** Bundles today's workflows with changes made to a copy of them. Throws when a piece to replace is missing. */
export async function bundleWith(...changes: readonly Change[]): Promise<WorkflowBundleWithSourceMap> {
  const copy = mkdtempSync(join(tmpdir(), 'mallflow-changed-'));
  try {
    for (const folder of ['workflows', 'src/contracts', 'src/domain'])
      cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, from, to } of changes) {
      const source = readFileSync(join(copy, 'workflows', file), 'utf8');
      if (!source.includes(from))
        throw new Error(`workflows/${file} no longer holds "${from}": change this test with it`);
      writeFileSync(join(copy, 'workflows', file), source.replace(from, to));
    }
    return await bundleOf(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

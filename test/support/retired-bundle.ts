import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { WorkflowBundle } from '@temporalio/worker';

/** Reads the workflow bundle of 0.4.0, without its source map. */
export const retiredBundle = (): WorkflowBundle => ({
  code: gunzipSync(readFileSync(join(__dirname, '../replay/retired/workflow-bundle-0.4.0.js.gz'))).toString('utf8'),
});

import { DefaultLogger, bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { join } from 'node:path';

/** Bundles a checkout's workflows as the build does, with their interceptors. */
export const bundleOf = (root: string = join(__dirname, '../..')): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: join(root, 'workflows/index.ts'),
    workflowInterceptorModules: [join(root, 'workflows/interceptors.ts')],
    logger: new DefaultLogger('ERROR'),
  });

// Generates the types of the tables from prisma/schema.prisma, compiles everything to dist/ and bundles the workflows.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stampBuild } from './build-stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const began = Date.now();
// Prisma finds its generators on PATH.
const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);

/** Finds the script behind a package's command. */
function commandOf(name, command) {
  const manifest = require.resolve(`${name}/package.json`);
  return join(dirname(manifest), require(manifest).bin[command]);
}

/** Runs a package's command; ends this process with its exit code when it fails. */
function run(name, command, args, env = {}) {
  const { status, error } = spawnSync(process.execPath, [commandOf(name, command), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...process.env, PATH: path },
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Bundles the workflows, so that a worker need not at its start. Fails on imports that workflows may not have. */
async function bundleWorkflows() {
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'dist', 'workflows', 'index.js'),
    workflowInterceptorModules: [join(root, 'dist', 'workflows', 'interceptors.js')],
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(root, 'dist', 'workflow-bundle.js'), code);
}

// Generating types needs no schema engine, but Prisma downloads one unless this variable names a program.
run('prisma', 'prisma', ['generate', '--no-hints'], {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
});
run('typescript', 'tsc', ['-p', 'tsconfig.build.json']);
await bundleWorkflows();
stampBuild(root, began);

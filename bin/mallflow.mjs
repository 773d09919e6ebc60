#!/usr/bin/env node
// Installs the packages and builds when needed, then runs the compiled program. Uses only Node itself, because a fresh
// clone has no packages yet.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuildStale } from './build-stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];
const NOTICE_EVERY_MS = 10_000;
// No package needs its install script, and some scripts download programs that are not used.
const INSTALL = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** Throws one sentence when this Node is too old. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Error(
    `Mallflow needs Node ${OLDEST_NODE.join('.')} or later, this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org.',
  );
}

/** Returns whether node_modules is missing or older than the lock file. */
function isInstallStale() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Runs npm with its output on stderr, and reports every 10 s that it still runs. */
async function npm(title, args) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  process.stderr.write(`${title} (npm ${args.join(' ')})\n`);
  const timer = setInterval(() => process.stderr.write(`  … ${title}: ${seconds()} s\n`), NOTICE_EVERY_MS);
  try {
    await runNpm(args);
  } finally {
    clearInterval(timer);
  }
  process.stderr.write(`  ✓ ${title}: ${seconds()} s\n`);
}

function runNpm(args) {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32' && command === 'npm',
    });
    child.once('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new Error(`npm ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}: see its messages above.`));
    });
  });
}

async function main() {
  checkNode();
  // An installed package contains compiled code and no sources.
  if (existsSync(join(root, 'src'))) {
    if (isInstallStale()) await npm('Installing dependencies', INSTALL);
    if (isBuildStale(root)) await npm('Building', ['run', '--silent', 'build']);
  }
  if (process.argv[2] === 'setup') return;
  await import(pathToFileURL(join(root, 'dist', 'src', 'cli', 'main.js')).href);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

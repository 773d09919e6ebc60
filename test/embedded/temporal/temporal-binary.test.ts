import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTemporalBinary, obtainTemporalBinary } from '../../../src/embedded/temporal/temporal-binary';
import { buildWithGo } from '../../../src/embedded/temporal/temporal-sources';

let folder: string;
let env: NodeJS.ProcessEnv;
const at = (...names: string[]) => join(folder, ...names);
const cached = () => at('cache', 'mallflow', 'bin', 'temporal');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'binary-'));
  env = { PATH: `${at('first')}:${at('second')}`, XDG_CACHE_HOME: at('cache'), HOME: at('home') };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(path: string, text = '#!/bin/sh\nexit 0\n'): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

test('TEMPORAL_CLI_PATH comes first, then PATH in its order, then the cache', () => {
  expect(findTemporalBinary(env)).toBeNull();
  expect(findTemporalBinary({ ...env, TEMPORAL_CLI_PATH: '' })).toBeNull();
  program(cached());
  expect(findTemporalBinary(env)).toBe(cached());
  program(at('second', 'temporal'));
  expect(findTemporalBinary(env)).toBe(at('second', 'temporal'));
  program(at('first', 'temporal'));
  expect(findTemporalBinary(env)).toBe(at('first', 'temporal'));
  const named = program(at('named'));
  expect(findTemporalBinary({ ...env, TEMPORAL_CLI_PATH: named })).toBe(named);
});

test('a folder, and a file that may not be run, are skipped', () => {
  mkdirSync(at('first', 'temporal'), { recursive: true });
  chmodSync(program(at('second', 'temporal')), 0o644);
  expect(findTemporalBinary(env)).toBeNull();
});

test('a TEMPORAL_CLI_PATH that names no program is an error, not a reason to look elsewhere', async () => {
  program(cached());
  await expect(obtainTemporalBinary({ env: { ...env, TEMPORAL_CLI_PATH: at('nothing') } })).rejects.toThrow(
    /TEMPORAL_CLI_PATH names .*nothing/,
  );
});

test('a failed source is followed by the next, whose program is kept', async () => {
  const lines: string[] = [];
  const path = await obtainTemporalBinary({
    env,
    onProgress: (line) => lines.push(line),
    sources: [
      { name: 'download', obtain: () => Promise.reject(new Error('the network is closed')) },
      {
        name: 'go install',
        obtain: async (target) => {
          program(target);
        },
      },
    ],
  });
  expect(path).toBe(cached());
  expect(lines).toEqual(['Temporal by download: the network is closed']);
  expect(readdirSync(dirname(path))).toEqual(['temporal']);
});

test('a program that cannot be run is not kept, and one sentence says what to do', async () => {
  const broken = {
    name: 'download',
    obtain: async (target: string) => {
      program(target, '#!/bin/sh\nexit 3\n');
    },
  };
  await expect(obtainTemporalBinary({ env, sources: [broken] })).rejects.toThrow(
    /^The Temporal binary could not be obtained \(download: .*\): install .* or name it with TEMPORAL_CLI_PATH\.$/s,
  );
  expect(existsSync(cached())).toBe(false);
});

test('a missing Go is reported', async () => {
  await expect(
    buildWithGo(at('temporal'), { env, onProgress: () => undefined, signal: new AbortController().signal }),
  ).rejects.toThrow('Go is not installed');
});

test('the program that Go built is moved to its target', async () => {
  const script = [
    '#!/bin/sh',
    '[ "$1" = install ] || exit 1',
    'echo some/package >&2',
    '/bin/mkdir -p "$GOBIN"',
    'printf built > "$GOBIN/temporal"',
    '',
  ];
  program(at('first', 'go'), script.join('\n'));
  await buildWithGo(at('temporal'), { env, onProgress: () => undefined, signal: new AbortController().signal });
  expect(existsSync(at('temporal'))).toBe(true);
});

test('two processes at once fetch the program once', async () => {
  let fetched = 0;
  const sources = [
    {
      name: 'download',
      obtain: async (target: string) => {
        fetched += 1;
        program(target);
      },
    },
  ];
  const paths = await Promise.all([obtainTemporalBinary({ env, sources }), obtainTemporalBinary({ env, sources })]);
  expect(paths).toEqual([cached(), cached()]);
  expect(fetched).toBe(1);
});

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTemporalBinary, obtainTemporalBinary } from '../../../src/embedded/temporal/temporal-binary';
import { buildWithGo } from '../../../src/embedded/temporal/temporal-sources';

let folder: string;
let env: NodeJS.ProcessEnv;
const at = (...parts: string[]) => join(folder, ...parts);
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

test('what TEMPORAL_CLI_PATH names comes first, then PATH in its order, then the cache', () => {
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

test('a folder, and a file that may not be run, are passed over', () => {
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

test('falls back from one source to the next and keeps what the last one made', async () => {
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

test('does not keep what cannot be run, and says in one sentence what failed and what to do', async () => {
  const broken = {
    name: 'download',
    obtain: async (target: string) => {
      program(target, '#!/bin/sh\nexit 3\n');
    },
  };
  await expect(obtainTemporalBinary({ env, sources: [broken] })).rejects.toThrow(
    /^The Temporal binary could not be had \(download: .*\): install .* or name it with TEMPORAL_CLI_PATH\.$/s,
  );
  expect(existsSync(cached())).toBe(false);
});

test('says that Go is not installed', async () => {
  await expect(
    buildWithGo(at('temporal'), { env, onProgress: () => undefined, signal: new AbortController().signal }),
  ).rejects.toThrow('Go is not installed');
});

test('tells what Go compiles, and takes the program from its folder', async () => {
  program(
    at('first', 'go'),
    '#!/bin/sh\n[ "$1" = install ] || exit 1\necho some/package >&2\n/bin/mkdir -p "$GOBIN"\nprintf built > "$GOBIN/temporal"\n',
  );
  await buildWithGo(at('temporal'), { env, onProgress: () => undefined, signal: new AbortController().signal });
  expect(existsSync(at('temporal'))).toBe(true);
});

test('two at once fetch it once', async () => {
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

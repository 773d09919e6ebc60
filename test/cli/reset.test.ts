import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { registerReset } from '../../src/cli/reset';
import { makeState, treeOf } from '../support/state';

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reset-'));
  state = join(folder, 'state');
  makeState(state);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the verb with `typed` at the terminal, or without a terminal; answers the questions and the output. */
async function reset(argv: readonly string[], typed: string | null): Promise<{ asked: string; out: string }> {
  const printed: string[] = [];
  const asked: string[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: typed !== null });
  const output = Object.assign(new PassThrough(), { isTTY: typed !== null });
  output.on('data', (text: Buffer) => {
    asked.push(text.toString());
  });
  input.end(typed ?? '');
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const program = new Command('mallflow').exitOverride();
  registerReset(program, { input, output });
  try {
    await program.parseAsync(['reset', '--state', state, ...argv], { from: 'user' });
    return { asked: asked.join(''), out: printed.join('') };
  } finally {
    spy.mockRestore();
  }
}

test('asks at a terminal, naming the path and its content, and removes it after a yes', async () => {
  const { asked, out } = await reset([], 'y\n');
  expect(asked).toContain(`${state} will be removed permanently: the database with every order`);
  expect(asked).toContain('(.mallflow-state, api-keys.json, journals, logs, postgres, run, running.json.new, ');
  expect(asked).toContain('[y/N]');
  expect(out).toBe(`${state} was removed.\n`);
  expect(existsSync(state)).toBe(false);
});

test.each(['\n', 'n\n', 'yeah\n', ''])('removes nothing after %j', async (typed) => {
  const before = treeOf(folder);
  await expect(reset([], typed)).rejects.toThrow(`Nothing was removed: ${state} is as it was.`);
  expect(treeOf(folder)).toEqual(before);
});

test('without a terminal it needs --yes, and asks nothing with it', async () => {
  const before = treeOf(folder);
  await expect(reset([], null)).rejects.toThrow(
    `no terminal to ask on: nothing was removed. Add --yes to remove ${state}.`,
  );
  expect(treeOf(folder)).toEqual(before);
  const { asked, out } = await reset(['--yes', '--json'], null);
  expect([asked, JSON.parse(out)]).toEqual(['', { state, removed: true }]);
  expect(existsSync(state)).toBe(false);
  expect((await reset(['--json'], null)).out).toBe(`${JSON.stringify({ state, removed: false })}\n`);
});

test('says what is in the way before it asks, --yes or not', async () => {
  writeFileSync(join(state, 'thesis.tex'), 'years');
  for (const argv of [[], ['--yes']]) await expect(reset(argv, 'y\n')).rejects.toThrow('did not make: thesis.tex');
  expect(existsSync(join(state, 'thesis.tex'))).toBe(true);
});

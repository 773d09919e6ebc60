import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot, statePaths } from '../../src/embedded/paths';
import { linkedFolder } from '../../src/embedded/postgres/postgres-home';
import { removeStateFolder, takeStateFolder } from '../../src/embedded/state-folder';
import { readMarker, writeMarker } from '../../src/embedded/state-marker';
import { fill, makeOlderState, makeState, treeOf } from '../support/state';

let folder: string;
let state: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'state-')));
  state = join(folder, 'state');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Expects a reset to refuse and to change nothing in the test's folder. */
async function expectRefusal(root: string, ...words: string[]): Promise<void> {
  const before = treeOf(folder);
  const message = await removeStateFolder(statePaths(root)).then(() => 'it was removed', String);
  for (const word of words) expect(message).toContain(word);
  expect(treeOf(folder)).toEqual(before);
}

/** Creates a project that has some of the folders that a state folder has. */
const makeProject = (root: string) =>
  fill({
    [join(root, 'run', 'app.pid')]: '{"pid":1,"identity":null}',
    [join(root, 'logs', 'app.log')]: 'log',
    [join(root, 'src', 'main.ts')]: 'code',
    [join(root, '.git', 'HEAD')]: 'ref',
    [join(root, 'package.json')]: '{}',
  });

describe('reset removes', () => {
  test('a folder that a start made, whatever a killed run left in it', async () => {
    const { root } = makeState(state);
    expect(await removeStateFolder(statePaths(root))).toBe(true);
    expect(treeOf(folder)).toEqual({});
    expect(await removeStateFolder(statePaths(root))).toBe(false);
  });

  test('the folder of a start that had just begun', async () => {
    mkdirSync(state);
    writeMarker(statePaths(state));
    expect(await removeStateFolder(statePaths(state))).toBe(true);
  });

  test('links that PostgreSQL keeps, and not what they lead to', async () => {
    const { postgres } = makeState(state);
    fill({ [join(folder, 'disk', 'table')]: 'rows' });
    symlinkSync(join(folder, 'disk'), join(postgres, 'pg_wal'));
    expect(await removeStateFolder(statePaths(state))).toBe(true);
    expect(treeOf(folder)).toEqual({ disk: 'folder', 'disk/table': 'rows' });
  });

  test('the rest after a reset that was cut short, which no start takes up', async () => {
    const paths = makeState(state);
    writeMarker(paths, true);
    for (const path of [paths.run, paths.postgres, paths.settings]) rmSync(path, { recursive: true });
    expect(() => takeStateFolder(paths)).toThrow(`Repeat it with \`npx mallflow reset --state ${state}\``);
    renameSync(state, join(folder, 'moved'));
    expect(await removeStateFolder(statePaths(join(folder, 'moved')))).toBe(true);
    expect(treeOf(folder)).toEqual({});
  });
});

describe('reset refuses and removes nothing of', () => {
  test('a project that has run/ and logs/, with or without a marker', async () => {
    makeProject(state);
    await expectRefusal(state, 'is not a state folder of Mallflow', 'It holds .git, logs, package.json, run, src;');
    writeMarker(statePaths(state));
    await expectRefusal(state, 'holds what Mallflow did not make: .git/, package.json, src/;');
  });

  test('a state folder with a file beside', async () => {
    makeState(state);
    writeFileSync(join(state, 'thesis.tex'), 'years');
    await expectRefusal(state, 'did not make: thesis.tex;');
  });

  test('a state folder of an earlier release', async () => {
    makeOlderState(state);
    await expectRefusal(state, 'if an earlier release made this one, run `npx mallflow start --state');
  });

  const markers = ['', '{"program":"other","format":1,"path":"/"}', 'link', 'folder'];
  test.each(markers)('a folder whose marker is not ours: %j', async (marker) => {
    const paths = makeState(state);
    if (marker === 'link') renameSync(paths.marker, join(folder, 'elsewhere'));
    else rmSync(paths.marker);
    if (marker === 'link') symlinkSync(join(folder, 'elsewhere'), paths.marker);
    else if (marker === 'folder') mkdirSync(paths.marker);
    else writeFileSync(paths.marker, marker);
    await expectRefusal(state, 'is not a state folder of Mallflow');
  });

  test('a copy of a state folder, until a start has taken it over', async () => {
    makeState(state);
    renameSync(state, join(folder, 'moved'));
    await expectRefusal(join(folder, 'moved'), `was made at ${state}`);
    takeStateFolder(statePaths(join(folder, 'moved')))();
    expect(await removeStateFolder(statePaths(join(folder, 'moved')))).toBe(true);
  });

  test('a folder that a later release made', async () => {
    const { marker } = makeState(state);
    writeFileSync(marker, readFileSync(marker, 'utf8').replace('"format":1', '"format":2'));
    takeStateFolder(statePaths(state))();
    await expectRefusal(state, 'by a later release');
  });

  test('what a link leads to, dangling or not, and a file', async () => {
    makeState(state);
    for (const [name, target] of [
      ['link', state],
      ['dangling', join(folder, 'nowhere')],
    ] as const) {
      symlinkSync(target, join(folder, name));
      await expectRefusal(join(folder, name), `is a link to ${target}`);
    }
    writeFileSync(join(folder, 'file'), '');
    await expectRefusal(join(folder, 'file'), 'is not a folder');
  });

  test.each(['logs', 'run', 'journals', 'temporal'])('a folder whose %s/ is a link, or holds one', async (name) => {
    makeState(state);
    fill({ [join(folder, 'home', 'letter')]: 'dear' });
    symlinkSync(join(folder, 'home'), join(state, name, 'deep'));
    await expectRefusal(state, `did not make: ${name}/deep (a link);`);
    rmSync(join(state, name), { recursive: true });
    symlinkSync(join(folder, 'home'), join(state, name));
    await expectRefusal(state, `did not make: ${name} (a link);`);
  });

  test('a folder in which a known name is of another kind', async () => {
    const { settings, logs } = makeState(state);
    for (const path of [settings, logs]) rmSync(path, { recursive: true });
    mkdirSync(settings);
    writeFileSync(logs, '');
    await expectRefusal(state, 'did not make: logs, settings.json/;');
  });

  test('a folder whose database is a link that no start made', async () => {
    const { postgres } = makeState(state);
    rmSync(postgres, { recursive: true });
    fill({ [join(folder, 'db', 'PG_VERSION')]: '18' });
    const others = [join(folder, 'db'), '../db', '/var/lib/mallflow/data-0123456789abcdef', '/var/lib/mallflow/../..'];
    for (const target of others) {
      symlinkSync(target, postgres);
      await expectRefusal(state, `is a link to ${target}, which \`mallflow start\` did not make`);
      rmSync(postgres);
    }
    expect(linkedFolder(postgres)).toBeNull();
  });

  test('the root, the home folder, the checkout, the folder that one is in, and all above them', async () => {
    await expectRefusal('/', '/ is the root of the file system: nothing was removed.');
    await expectRefusal(packageRoot(), 'holds the program that you run');
    await expectRefusal(join(packageRoot(), '..'), 'holds the program that you run');
    makeState(state);
    const home = jest.spyOn(os, 'homedir');
    const before = process.cwd();
    try {
      for (const path of [state, join(state, 'logs')]) {
        home.mockReturnValue(path);
        await expectRefusal(state, 'holds your home folder');
      }
      home.mockReturnValue(join(folder, 'never-made'));
      process.chdir(join(state, 'logs'));
      await expectRefusal(state, 'holds the folder that you are in');
    } finally {
      process.chdir(before);
      home.mockRestore();
    }
  });

  test('a running stack', async () => {
    const release = takeStateFolder(statePaths(state));
    await expectRefusal(state, `(pid ${process.pid}): stop it before you reset`);
    release();
  });
});

describe('start', () => {
  test('marks the folder that it makes, and leaves the mark as it is', () => {
    const { marker } = makeState(state);
    expect(lstatSync(marker).isFile()).toBe(true);
    expect(readMarker(statePaths(state))).toEqual({ program: 'mallflow', format: 1, path: state, emptying: false });
    const before = lstatSync(marker).mtimeMs;
    takeStateFolder(statePaths(state))();
    expect(lstatSync(marker).mtimeMs).toBe(before);
  });

  test('takes an empty folder, and goes on in one of its own with a file beside', () => {
    mkdirSync(state);
    takeStateFolder(statePaths(state))();
    writeFileSync(join(state, 'notes.txt'), '');
    takeStateFolder(statePaths(state))();
  });

  test("refuses a folder that holds somebody else's things, and writes nothing into it", () => {
    makeProject(state);
    const before = treeOf(folder);
    expect(() => takeStateFolder(statePaths(state))).toThrow(
      `${state} is not empty and was not made by \`mallflow start\`: name an empty folder with --state. ` +
        'It holds .git, logs, package.json, run, src.',
    );
    expect(treeOf(folder)).toEqual(before);
  });

  test('adopts the folder of an earlier release', async () => {
    const paths = makeOlderState(state);
    takeStateFolder(paths)();
    expect(readMarker(paths)?.path).toBe(state);
    expect(existsSync(join(paths.postgres, 'PG_VERSION'))).toBe(true);
    expect(await removeStateFolder(paths)).toBe(true);
  });

  test('adopts what an earlier release had made before its start was cut short', () => {
    for (const name of ['logs', 'run', 'journals', 'temporal']) mkdirSync(join(state, name), { recursive: true });
    fill({ [join(state, 'stack.lock')]: '{"pid":1,"identity":"gone"}' });
    takeStateFolder(statePaths(state))();
  });

  test.each([
    ['a file beside', 'thesis.tex', 'years'],
    ['no settings in it', 'settings.json', '{}'],
    ['settings of something else', 'settings.json', '{"editor.tabSize":2}'],
    ['settings that are damaged', 'settings.json', '{'],
  ])('does not adopt a folder with %s', (_case, name, content) => {
    makeOlderState(state);
    writeFileSync(join(state, name), content);
    const before = treeOf(folder);
    expect(() => takeStateFolder(statePaths(state))).toThrow('was not made by `mallflow start`');
    expect(treeOf(folder)).toEqual(before);
  });

  test('does not adopt a folder that an earlier release runs on', () => {
    const paths = makeOlderState(state);
    const release = takeStateFolder(paths);
    rmSync(paths.marker);
    expect(() => takeStateFolder(paths)).toThrow('is already running on');
    expect(existsSync(paths.marker)).toBe(false);
    release();
  });
});

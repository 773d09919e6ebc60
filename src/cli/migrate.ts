import { join } from 'node:path';
import type { Command } from 'commander';
import { applyMigrations } from '../books/migrations';
import { packageRoot } from '../embedded/paths';

/** Registers `mallflow migrate`. */
export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('applies the migrations that a database lacks')
    .option('--url <url>', 'the connection of the role that owns the tables (default: DATABASE_OWNER_URL)')
    .option('--json', 'print the result as JSON')
    .action(async (flags: { url?: string; json?: boolean }) => {
      const url = flags.url ?? process.env.DATABASE_OWNER_URL;
      if (url === undefined)
        throw new Error(
          'Name the database with --url or DATABASE_OWNER_URL. The embedded one is migrated by `mallflow start`.',
        );
      const applied = await applyMigrations(url, join(packageRoot(), 'prisma', 'migrations'), (name) =>
        process.stderr.write(`  ✓ ${name}\n`),
      );
      const text = applied.length === 0 ? 'The database has every migration.' : `${applied.length} applied.`;
      process.stdout.write(`${flags.json === true ? JSON.stringify({ applied }) : text}\n`);
    });
}

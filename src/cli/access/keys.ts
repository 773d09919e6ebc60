import { Option, type Command } from 'commander';
import type { KeyRole } from '../../contracts/caller';
import { connect } from '../../books/transactions';
import { ApiKeyService } from '../../services/access/api-keys';
import { Role } from '../../contracts/statuses';
import { stateOption } from '../options';
import { readRunning } from '../running-stack';

const POOL = 2;
const ROLES = Object.values(Role).filter((role): role is KeyRole => role !== 'system');

interface Flags {
  readonly state: string;
  readonly json?: boolean;
}

/** Registers `mallflow keys`. */
export function registerKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description("issues, lists and revokes API keys, in DATABASE_URL or the running stack's database");
  const verb = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .exitOverride()
      .addOption(stateOption())
      .option('--json', 'print one line of JSON');

  verb('issue', 'issues a key and prints its secret, which is shown this once')
    .addOption(
      new Option('--role <role>', 'the role, which decides what it may do').choices(ROLES).makeOptionMandatory(),
    )
    .option('--subject <id>', 'the storefront, merchant or warehouse it belongs to')
    .requiredOption('--label <text>', 'the name by which people recognise it')
    .action((flags: Flags & { role: KeyRole; subject?: string; label: string }) =>
      withKeys(flags, async (client) => {
        const issued = await client.issue(flags.role, flags.subject ?? null, flags.label);
        return { result: issued, text: `${issued.id}\n${issued.secret}` };
      }),
    );

  verb('list', 'lists keys, the newest first').action((flags: Flags) =>
    withKeys(flags, async (client) => {
      const listed = await client.list();
      const lines = listed.map((key) =>
        [
          key.id,
          key.role.padEnd(10),
          (key.subjectId ?? 'the mall').padEnd(30),
          key.createdAt.toISOString().slice(0, 10),
          key.revokedAt === null ? 'live   ' : 'revoked',
          key.label,
        ].join('  '),
      );
      return { result: { keys: listed }, text: lines.length > 0 ? lines.join('\n') : 'There are no keys.' };
    }),
  );

  verb('revoke', 'ends a key; the API refuses it within five seconds')
    .argument('<id>', 'as `mallflow keys list` shows it')
    .action((id: string, flags: Flags) =>
      withKeys(flags, async (client) => {
        if (!(await client.revoke(id))) throw new Error(`There is no live key ${id}.`);
        return { result: { revoked: id }, text: `${id} is revoked.` };
      }),
    );
}

async function withKeys(
  flags: Flags,
  work: (client: ApiKeyService) => Promise<{ result: object; text: string }>,
): Promise<void> {
  const url = process.env.DATABASE_URL ?? readRunning(flags.state).environment.DATABASE_URL;
  if (url === undefined) throw new Error('Name the database with DATABASE_URL.');
  const transactions = connect(url, POOL, (error) => {
    process.stderr.write(`An idle database connection broke: ${error.message}\n`);
  });
  try {
    const { result, text } = await work(new ApiKeyService(transactions));
    process.stdout.write(`${flags.json === true ? JSON.stringify(result) : text}\n`);
  } finally {
    await transactions.close();
  }
}

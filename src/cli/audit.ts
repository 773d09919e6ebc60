import type { Command } from 'commander';
import { runAudits, type AuditResult } from '../audit/run-audits';
import { openAuditSources } from '../embedded/audit-sources';
import { namesTemporal } from '../embedded/temporal-settings';
import { stateOption } from './options';
import { isRunning, readRunning } from './running-stack';

/** The variables that name the sources; each replaces the running stack's own. */
const SOURCES = [
  'DATABASE_URL',
  'PAYMENT_URL',
  'PAYMENT_API_KEY',
  'CARRIER_URL',
  'CARRIER_API_KEY',
  'SUPPLIER_URL',
  'SUPPLIER_API_KEY',
] as const;
/** The variables of the messages' journal, which a stack may lack. */
const OPTIONAL_SOURCES = ['SMS_URL', 'SMS_API_KEY'] as const;
const MARKS = { true: '✓', false: '✗', unknown: '?' } as const;

/** Registers `mallflow audit`. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description("compares the books of the whole database with each other, the providers' journals and Temporal")
    .addOption(stateOption())
    .option('--json', 'print the results as one line of JSON')
    .addHelpText(
      'after',
      `
Reads the stack that runs on the state folder. DATABASE_URL, TEMPORAL_ADDRESS or TEMPORAL_CONFIG_FILE, PAYMENT_URL with
PAYMENT_API_KEY, CARRIER_URL with CARRIER_API_KEY, SUPPLIER_URL with SUPPLIER_API_KEY, and SMS_URL with SMS_API_KEY name
other sources.
The exit code is 1 unless every audit is true. docs/audit.md says what to do then.`,
    )
    .action(async (flags: { state: string; json?: boolean }) => {
      const sources = await openAuditSources(environmentOf(flags.state));
      try {
        const asJson = flags.json === true;
        const results = await runAudits(sources, {}, (result) => {
          if (!asJson) process.stdout.write(linesOf(result));
        });
        const holds = results.every(({ outcome }) => outcome === 'true');
        process.stdout.write(asJson ? `${JSON.stringify({ holds, audits: results })}\n` : `\n${conclusion(results)}\n`);
        if (!holds) process.exitCode = 1;
      } finally {
        await sources.close();
      }
    });
}

/** Builds the environment that names the sources. Throws one sentence when it needs a stack that does not run. */
function environmentOf(stateFolder: string): NodeJS.ProcessEnv {
  const named = Object.fromEntries(
    [...SOURCES, ...OPTIONAL_SOURCES].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const temporal = namesTemporal(process.env, isRunning(stateFolder));
  if (SOURCES.every((name) => name in named) && temporal) return process.env;
  const running = Object.entries(readRunning(stateFolder).environment).filter(
    ([name]) => !(temporal && name.startsWith('TEMPORAL_')),
  );
  return { ...process.env, ...Object.fromEntries(running), ...named };
}

function linesOf({ name, outcome, count, findings, reason }: AuditResult): string {
  const more = count > findings.length ? [`      and ${count - findings.length} more`] : [];
  return [
    `  ${MARKS[outcome]} ${name}${count > 0 ? `: ${count} finding(s)` : ''}`,
    ...(reason === null ? [] : [`      ${reason}`]),
    ...findings.map(({ subject, expected, actual }) => `      ${subject}: should be ${expected}; is ${actual}`),
    ...more,
    '',
  ].join('\n');
}

/** Sums the audits up in one sentence. */
export function conclusion(results: readonly AuditResult[]): string {
  const count = (outcome: AuditResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  if (count('true') === results.length) return `The books are right: all ${results.length} audits are true.`;
  const failures = `${count('false')} are false and ${count('unknown')} could not be checked`;
  return `Of ${results.length} audits, ${failures}: docs/audit.md says what to do.`;
}

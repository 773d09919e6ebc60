import type { Command } from 'commander';
import { runAudits, type AuditResult } from '../audit/run-audits';
import { openAuditSources } from '../embedded/audit-sources';
import { stateOption } from './options';
import { readRunning } from './running-stack';

/** What names the sources; each replaces the running stack's own. */
const NAMING = [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'PAYMENT_URL',
  'PAYMENT_API_KEY',
  'CARRIER_URL',
  'CARRIER_API_KEY',
  'SUPPLIER_URL',
  'SUPPLIER_API_KEY',
] as const;
/** The journal of messages; a stack may have none. */
const NAMING_TOO = ['SMS_URL', 'SMS_API_KEY'] as const;
const MARKS = { true: '✓', false: '✗', unknown: '?' } as const;

/** Registers `mallflow audit`. */
export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description("checks the books of the whole database against themselves, the providers' journals and Temporal")
    .addOption(stateOption())
    .option('--json', 'print the results as one line of JSON')
    .addHelpText(
      'after',
      `
Looks at the stack that runs on the state folder; DATABASE_URL, TEMPORAL_ADDRESS, PAYMENT_URL with PAYMENT_API_KEY,
CARRIER_URL with CARRIER_API_KEY, SUPPLIER_URL with SUPPLIER_API_KEY, and SMS_URL with SMS_API_KEY name others. Ends with 1
unless every audit is true. docs/audit.md says what to do.`,
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

/** Names where the books are. Throws one sentence when something is wanted of a stack that does not run. */
function environmentOf(stateFolder: string): NodeJS.ProcessEnv {
  const named = Object.fromEntries(
    [...NAMING, ...NAMING_TOO].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  if (NAMING.every((name) => name in named)) return process.env;
  return { ...process.env, ...readRunning(stateFolder).environment, ...named };
}

function linesOf({ name, outcome, count, findings, reason }: AuditResult): string {
  const more = count > findings.length ? [`      and ${count - findings.length} more`] : [];
  return [
    `  ${MARKS[outcome]} ${name}${count > 0 ? `: ${count} times not` : ''}`,
    ...(reason === null ? [] : [`      ${reason}`]),
    ...findings.map(({ subject, expected, actual }) => `      ${subject}: should be ${expected}; is ${actual}`),
    ...more,
    '',
  ].join('\n');
}

/** Says in one sentence what the audits came to. */
export function conclusion(results: readonly AuditResult[]): string {
  const count = (outcome: AuditResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  if (count('true') === results.length) return `The books are right: all ${results.length} audits are true.`;
  return `Of ${results.length} audits, ${count('false')} are false and ${count('unknown')} could not be made: docs/audit.md says what to do.`;
}

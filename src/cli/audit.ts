import type { Command } from 'commander';
import { runAudits, type AuditResult } from '../client/audit/run-audits';
import { auditEnvironment, openAuditSources } from '../embedded/audit-sources';
import { portOptions, portsFrom, stateOption } from './options';

const MARKS = { true: '✓', false: '✗', unknown: '?' } as const;

/** Registers `mallflow audit`. */
export function registerAudit(program: Command): void {
  const command = program.command('audit')
    .description('checks the books of the whole database against themselves, the providers\' journals and Temporal')
    .addOption(stateOption())
    .option('--json', 'print the results as one line of JSON')
    .addHelpText('after', `
Looks at the stack that runs on the state folder; DATABASE_URL, TEMPORAL_ADDRESS, PAYMENT_URL with PAYMENT_API_KEY, and
CARRIER_URL with CARRIER_API_KEY name others. Ends with 1 unless every audit is true. docs/audit.md says what to do.`);
  for (const option of portOptions()) command.addOption(option);
  command.action(async (flags: { state: string; json?: boolean }) => {
    const sources = await openAuditSources(auditEnvironment(flags.state, portsFrom(command.opts()), process.env));
    try {
      const asJson = flags.json === true;
      const results = await runAudits(sources, {}, (result) => { if (!asJson) process.stdout.write(linesOf(result)); });
      const holds = results.every(({ outcome }) => outcome === 'true');
      process.stdout.write(asJson ? `${JSON.stringify({ holds, audits: results })}\n` : `\n${conclusion(results)}\n`);
      if (!holds) process.exitCode = 1;
    } finally {
      await sources.close();
    }
  });
}

function linesOf({ name, outcome, count, findings, reason }: AuditResult): string {
  const more = count > findings.length ? [`      and ${count - findings.length} more`] : [];
  return [
    `  ${MARKS[outcome]} ${name}${count > 0 ? `: ${count} times not` : ''}`,
    ...(reason === null ? [] : [`      ${reason}`]),
    ...findings.map(({ subject, expected, actual }) => `      ${subject}: should be ${expected}; is ${actual}`),
    ...more, '',
  ].join('\n');
}

/** Says in one sentence what the audits came to. */
export function conclusion(results: readonly AuditResult[]): string {
  const count = (outcome: AuditResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  if (count('true') === results.length) return `The books are right: all ${results.length} audits are true.`;
  return `Of ${results.length} audits, ${count('false')} are false and ${count('unknown')} could not be made: docs/audit.md says what to do.`;
}

import type { AuditResult, AuditSources } from '../../src/audit/run-audits';
import type { Copy } from './audit-books';

/** Lists the audits that are not true, each with the subjects that it names. */
export const falseSubjects = (results: readonly AuditResult[]): Record<string, string[]> => {
  const notTrue = results.filter(({ outcome }) => outcome !== 'true');
  return Object.fromEntries(notTrue.map(({ name, findings }) => [name, findings.map(({ subject }) => subject)]));
};

/** Builds the expectation that audits are false, which remembers in `seen` each audit that was. */
export function expectations(copy: () => Copy) {
  const seen = new Set<string>();

  /** Expects exactly these audits to be false, each with one subject that contains the text. */
  const expectFalse = async (
    expected: Readonly<Record<string, string>>,
    change: Partial<AuditSources> = {},
  ): Promise<void> => {
    const found = falseSubjects(await copy().audit(change));
    expect(found).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, subject]) => [name, [expect.stringContaining(subject)]])),
    );
    for (const name of Object.keys(expected)) seen.add(name);
  };

  return { expectFalse, seen };
}

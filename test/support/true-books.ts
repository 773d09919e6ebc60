import { runAudits, type AuditResult, type AuditTolerances } from '../../src/audit/run-audits';
import { SandboxSmsProvider } from '../../src/providers/notifications/sandbox-sms';
import { API_KEY } from '../sandboxes/sandboxes';
import type { World } from './world';

export interface AuditScope extends AuditTolerances {
  /** Compares the books with the journal of notifications too. */
  readonly withNotifications?: boolean;
}

/** Audits the books against the providers' journals and Temporal, and lists the audits that are not true. */
export async function falseAudits(
  world: World,
  { withNotifications = false, ...times }: AuditScope = {},
): Promise<AuditResult[]> {
  const { transactions, payments, carriers, suppliers, temporal } = world;
  const notifications = new SandboxSmsProvider({ url: world.notifier.url, apiKey: API_KEY, timeoutMs: 5_000 });
  const sources = { transactions, payments, carriers, suppliers, temporal: temporal.client };
  const results = await runAudits(withNotifications ? { ...sources, notifications } : sources, {
    pauseMs: 20,
    ...times,
  });
  return results.filter(({ outcome }) => outcome !== 'true');
}

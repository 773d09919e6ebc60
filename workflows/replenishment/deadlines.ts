import type { PurchasePlan } from '../../activities/purchasing/replenishments';
import type { Deadline } from '../runtime/timers';
import type { CurrentState } from './state';

/** Lists when a supplier is reminded next, and when its goods are overdue. */
export const supplierDeadlines = (current: CurrentState, plan: PurchasePlan): Deadline[] => [
  ...reminderDeadlines(current),
  ...overdueDeadlines(current, plan),
];

function reminderDeadlines(current: CurrentState): Deadline[] {
  if (current.phase !== 'answer' || current.remindAt === null || current.remindDue) return [];
  const passed = () => {
    current.remindDue = true;
  };
  return [
    {
      key: `reminder ${current.reminders} ${current.id}`,
      at: current.remindAt,
      summary: 'until a reminder or a follow-up task',
      onPassed: passed,
    },
  ];
}

function overdueDeadlines(current: CurrentState, { overdueSeconds }: PurchasePlan): Deadline[] {
  const { phase, awaited, overdue } = current;
  if (phase !== 'receive' || awaited === null || awaited.quantity === 0 || overdue) return [];
  const at = Date.parse(`${awaited.expectedOn}T00:00:00Z`) + overdueSeconds * 1000;
  const passed = () => {
    current.overdue = true;
  };
  return [
    {
      key: `overdue ${awaited.expectedOn} ${awaited.quantity} ${current.id}`,
      at,
      summary: 'until the goods are overdue',
      onPassed: passed,
    },
  ];
}

import type { Client, WorkflowHandle } from '@temporalio/client';
import { ORDER_WORKFLOW } from '../../src/contracts/temporal-names';

/** How many of a history's last events are shown. */
const LAST_EVENTS = 30;
/** Ends the name of the member by which an event's kind is known. */
const ATTRIBUTES = 'EventAttributes';

/** Describes how the history of every open order ends: an audit says only that its workflow runs. */
export async function describeOpenRuns(temporal: Client): Promise<string[]> {
  const described: string[] = [];
  const query = `WorkflowType = '${ORDER_WORKFLOW}' and ExecutionStatus = 'Running'`;
  for await (const { workflowId } of temporal.workflow.list({ query }))
    described.push(await describeRun(temporal.workflow.getHandle(workflowId)));
  return described;
}

async function describeRun(handle: WorkflowHandle): Promise<string> {
  const { raw } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const last = (events ?? []).slice(-LAST_EVENTS).map((event) => {
    const at = new Date(Number(event.eventTime?.seconds ?? 0) * 1000).toISOString().slice(11, 19);
    const kind = Object.keys(event).find((member) => member.endsWith(ATTRIBUTES)) ?? 'unknown';
    return `${Number(event.eventId)} ${at} ${kind.replace(ATTRIBUTES, '')}`;
  });
  const pending = JSON.stringify({ task: raw.pendingWorkflowTask, activities: raw.pendingActivities });
  return `${handle.workflowId} is open: ${last.join(', ')}; pending ${pending}`;
}

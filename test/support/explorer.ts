import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { DefaultLogger, Runtime, type WorkflowBundle } from '@temporalio/worker';
import { explore, type Explored } from '../../bench/explore/explore';
import type { Interleaving } from '../../bench/explore/interleavings';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/temporal-names';

const TYPES = {
  Keyword: SearchAttributeType.KEYWORD,
  KeywordList: SearchAttributeType.KEYWORD_LIST,
  Datetime: SearchAttributeType.DATETIME,
} as const;
const AT_ONCE = 8;

/** Registers the hooks that start and end a Temporal server, and returns what explores orders on it. */
export function startExplorer() {
  let temporal: TestWorkflowEnvironment | undefined;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    temporal = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: process.env.TEMPORAL_CLI_PATH ?? '' },
        searchAttributes: Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) =>
          defineSearchAttributeKey(name, TYPES[type]),
        ),
      },
    });
  }, 60_000);
  afterAll(() => temporal?.teardown());
  return (name: string, workflowBundle: WorkflowBundle, all: readonly Interleaving[]): Promise<Explored> => {
    if (temporal === undefined) throw new Error('The server starts with the first test');
    const { client, nativeConnection: connection } = temporal;
    return explore({ client, connection, workflowBundle }, all, AT_ONCE, name);
  };
}

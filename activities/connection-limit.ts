import { asyncLocalStorage } from '@temporalio/activity';
import { CONNECTION_LIMIT_MS } from '../src/books/transactions';

/** A step within a workflow task waits so long: then it gives way to others, and is tried again. */
const STEP_WAIT_MS = 1_000;

/**
 * Limits how long an Activity waits for a connection, in ms. A call on a provider's queue delays nobody. Were it to
 * give way as soon as a step does, it would lose every time while there is more work than connections.
 */
export const connectionLimitMs = (): number =>
  asyncLocalStorage.getStore()?.info.isLocal === true ? STEP_WAIT_MS : CONNECTION_LIMIT_MS;

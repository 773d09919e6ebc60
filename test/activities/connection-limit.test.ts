import { MockActivityEnvironment } from '@temporalio/testing';
import { connectionLimitMs } from '../../activities/connection-limit';

const within = (isLocal: boolean) =>
  new MockActivityEnvironment({ isLocal }).run(() => Promise.resolve(connectionLimitMs()));

test('a step of a workflow task gives way after a second; a call on a queue waits for its turn', async () => {
  expect([await within(true), await within(false), connectionLimitMs()]).toEqual([1_000, 5_000, 5_000]);
});

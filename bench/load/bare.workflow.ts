/** Does nothing, to measure the cost of a workflow on this server. */
export function bare(): Promise<string> {
  return Promise.resolve('done');
}

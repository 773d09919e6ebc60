import { Option, type Command } from 'commander';
import { stateOption } from '../options';
import { PublicApi } from '../orders/public-api';
import { readApiKeys, readRunning } from '../running-stack';

export interface SupportFlags {
  readonly state: string;
  readonly apiUrl?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** Adds the options of every verb that speaks to the API as support does. */
export const withSupportOptions = (verb: Command): Command =>
  verb
    .exitOverride()
    .addOption(stateOption())
    .option('--api-url <url>', "the API, when it is not the running stack's")
    .addOption(
      new Option(
        '--key <secret>',
        "an API key of the role support or platform, when it is not the running stack's",
      ).env('MALLFLOW_API_KEY'),
    )
    .option('--json', 'print one line of JSON');

/** Opens the API as support does. Throws one sentence when there is no key. */
export function supportApi({ state, apiUrl, key }: SupportFlags): PublicApi {
  const secret = key ?? readApiKeys(state).support;
  if (secret === undefined)
    throw new Error(
      'There is no API key for support: issue one with `mallflow keys issue --role support`, ' +
        'and name it with --key or MALLFLOW_API_KEY.',
    );
  return new PublicApi(apiUrl ?? readRunning(state).api, secret);
}

/** Prints a result as text, or as one line of JSON. */
export function printResult({ json }: SupportFlags, value: unknown, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(value) : text}\n`);
}

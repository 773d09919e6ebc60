import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CachedProgram, obtainProgram, type ObtainOptions } from '../../src/embedded/temporal/temporal-binary';
import { goBuild } from '../../src/embedded/temporal/temporal-sources';

export const PEER_NAME = 'temporalio/reference-app-orders-go';
/** Names the commit that is built: the repository has no tags. */
const PEER_VERSION = 'v0.0.0-20251215194836-5e96c824f68d';

/** Describes the path of the peer's program, and its version in the report. */
export interface PeerProgram {
  readonly path: string;
  readonly version: string;
}

/**
 * Returns the program that a person named, or the peer's at the version above. When that is not in the per-user cache,
 * it is first built there with Go (a minute on two cores, once). Rejects with one sentence when that fails.
 */
export async function obtainPeerProgram(
  named: string | true,
  options: Omit<ObtainOptions, 'sources'>,
): Promise<PeerProgram> {
  if (named === true) return { path: await obtainProgram(PROGRAM, options), version: PEER_VERSION };
  const path = resolve(named);
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new Error(`--peer names ${path}, which is not a program: correct it or leave it out.`, { cause });
  });
  return { path, version: `as ${path}` };
}

const PROGRAM: CachedProgram = {
  title: 'reference application',
  file: `reference-app-orders-go-${PEER_VERSION}`,
  // The program has no `--version`.
  trial: '--help',
  sources: [
    {
      name: 'go install',
      obtain: goBuild({
        title: `${PEER_NAME} ${PEER_VERSION}`,
        package: `github.com/${PEER_NAME}/cmd/oms@${PEER_VERSION}`,
        builtAs: 'oms',
      }),
    },
  ],
  advice:
    'install Go from https://go.dev/dl and put it on PATH, ' +
    'build the program elsewhere and name it (--peer <program>), or run the bench without --peer',
};

import { obtainProgram, type ObtainOptions } from '../../src/embedded/temporal-binary';
import { goBuild } from '../../src/embedded/temporal-sources';

export const PEER_NAME = 'temporalio/reference-app-orders-go';
/** The commit that is built: the repository bears no tags. */
export const PEER_VERSION = 'v0.0.0-20251215194836-5e96c824f68d';

/**
 * Returns the peer's program, built with Go into the per-user cache when it is not there yet (about a minute on two cores,
 * once). Rejects with one sentence when it is missing and Go is not installed.
 */
export const obtainPeerProgram = (options: Omit<ObtainOptions, 'sources'>): Promise<string> => obtainProgram({
  title: 'reference application', file: `reference-app-orders-go-${PEER_VERSION}`,
  // It has no `--version`.
  trial: '--help',
  sources: [{
    name: 'go install',
    obtain: goBuild({ title: `${PEER_NAME} ${PEER_VERSION}`, package: `github.com/${PEER_NAME}/cmd/oms@${PEER_VERSION}`, builtAs: 'oms' }),
  }],
  advice: 'install Go from https://go.dev/dl and put it on PATH, or run the bench without --peer',
}, options);

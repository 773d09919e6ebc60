import { obtainProgram, type ObtainOptions } from '../../src/embedded/temporal/temporal-binary';
import { goBuild } from '../../src/embedded/temporal/temporal-sources';

/** Names the version of the production server, the one that the compose file runs as well. */
const VERSION = 'v1.32.0';

/** Lists the paths of the programs of Temporal's production server. */
export interface ServerPrograms {
  readonly server: string;
  /** Creates and updates the schemas, which it contains. */
  readonly sqlTool: string;
}

/**
 * Returns the programs of Temporal's production server. When they are not in the per-user cache, they are first built
 * there with Go (4.5 minutes on two cores, once). Rejects with one sentence when they are missing and Go is, too.
 */
export async function obtainServerPrograms(options: Omit<ObtainOptions, 'sources'>): Promise<ServerPrograms> {
  return {
    server: await obtain('Temporal server', 'server', options),
    sqlTool: await obtain('Temporal SQL tool', 'tools/sql', options),
  };
}

function obtain(title: string, folder: string, options: Omit<ObtainOptions, 'sources'>): Promise<string> {
  const builtAs = folder.slice(folder.lastIndexOf('/') + 1);
  return obtainProgram(
    {
      title,
      file: `temporal-${builtAs}-${VERSION}`,
      sources: [
        {
          name: 'go install',
          obtain: goBuild({
            title: `${title} ${VERSION}`,
            package: `go.temporal.io/server/cmd/${folder}@${VERSION}`,
            builtAs,
          }),
        },
      ],
      advice:
        'install Go from https://go.dev/dl and put it on PATH, ' +
        'or run the bench on the embedded stack (--server embedded)',
    },
    options,
  );
}

import { obtainProgram, type ObtainOptions } from '../../src/embedded/temporal/temporal-binary';
import { goBuild } from '../../src/embedded/temporal/temporal-sources';

/** The production server that the compose file runs as well. */
const VERSION = 'v1.32.0';

/** The programs of Temporal's production server. */
export interface ServerPrograms {
  readonly server: string;
  /** Makes and updates the schemas; it carries them within it. */
  readonly sqlTool: string;
}

/**
 * Returns the programs of Temporal's production server, built with Go into the per-user cache when they are not there
 * yet (4.5 minutes on two cores, once). Rejects with one sentence when they are missing and Go is not installed.
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
        'install Go from https://go.dev/dl and put it on PATH, or run the bench on the embedded stack (--server embedded)',
    },
    options,
  );
}

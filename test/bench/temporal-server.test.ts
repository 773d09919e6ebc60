import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INNER_PORTS, RING_PORTS, serverConfiguration } from '../../bench/temporal-server/configuration';
import { obtainServerPrograms } from '../../bench/temporal-server/programs';

interface Configuration {
  readonly services: Readonly<
    Record<string, { readonly rpc: { readonly grpcPort: number; readonly membershipPort: number } }>
  >;
  readonly persistence: {
    readonly numHistoryShards: number;
    readonly datastores: {
      readonly history: { readonly sql: { readonly password: string; readonly connectAddr: string } };
    };
  };
}

test('every service of the server has two ports, and the frontend has the requested one', () => {
  const inner = Array.from({ length: INNER_PORTS }, (_, i) => 41_000 + i);
  const ring = Array.from({ length: RING_PORTS }, (_, i) => 21_000 + i);
  const written = JSON.parse(
    serverConfiguration(40_000, inner, ring, 'postgresql://postgres:a%2Fb@127.0.0.1:5433/postgres'),
  ) as Configuration;
  const ports = Object.values(written.services).flatMap(({ rpc }) => [rpc.grpcPort, rpc.membershipPort]);
  expect(new Set(ports).size).toBe(8);
  expect(written.services.frontend?.rpc.grpcPort).toBe(40_000);
  expect(Object.values(written.services).every(({ rpc }) => rpc.membershipPort < 2 ** 15)).toBe(true);
  expect(written.persistence.datastores.history.sql).toMatchObject({ password: 'a/b', connectAddr: '127.0.0.1:5433' });
});

test('without the programs and without Go, says in one sentence what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  try {
    await expect(obtainServerPrograms({ env: { PATH: folder, XDG_CACHE_HOME: folder } })).rejects.toThrow(
      /^The Temporal server binary could not be obtained \(go install: Go is not.*\): install Go .* embedded stack/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

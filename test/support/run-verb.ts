import { Command } from 'commander';

/** Registers the hooks that keep what verbs print off the terminal, and that reset their exit code. */
export function captureVerbs(register: (program: Command) => void) {
  let printed = '';
  beforeEach(() => {
    printed = '';
    process.exitCode = undefined;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });
  return {
    /** Returns what was printed since the test began, or since the last `clear`. */
    printed: (): string => printed,
    clear: (): void => {
      printed = '';
    },
    /** Runs a command line; rejects instead of ending the process. */
    run: async (...args: string[]): Promise<void> => {
      const program = new Command().exitOverride();
      register(program);
      for (const verb of program.commands) verb.exitOverride();
      await program.parseAsync(args, { from: 'user' });
    },
  };
}

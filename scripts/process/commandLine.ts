import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What a script is told. `--help` prints `usage` and ends it; a mistake does so with status 2, and says what is wrong. */
export class CommandLine {
  constructor(private readonly usage: string) {}

  /** As `parseArgs`, with `--help` beside the options. */
  read<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
    const options = { ...config.options, help: { type: 'boolean', short: 'h' } } as const;
    try {
      const { values, ...rest } = parseArgs({ ...config, options });
      const { help, ...own } = values as Record<string, unknown>;
      if (!help) return { ...rest, values: own } as ReturnType<typeof parseArgs<T>>;
    } catch (error) {
      this.refuse((error as Error).message);
    }
    console.log(this.usage);
    process.exit(0);
  }

  wholeNumber(name: string, text: string, least = 1): number {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    return this.refuse(`expected --${name} to be a whole number from ${least}, got ${text}`);
  }

  refuse(problem: string): never {
    console.error(`error: ${problem}\n${this.usage}`);
    process.exit(2);
  }
}

import { SolverError, under } from '../base/error.js';
import { isObject } from '../base/record.js';

/**
 * Reads the fields of a JSON object that came from outside. Error: `bad-field`, its path being the field's. What is null
 * counts as absent, as the Gateway has it.
 */
export class Fields {
  private constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    /** Of the object itself: '' or such as `opt_ins`. */
    private readonly path: string,
  ) {}

  /** The object itself, for a reader that makes its own. */
  get raw(): unknown {
    return this.fields;
  }

  static of(value: unknown, path = ''): Fields {
    if (isObject(value)) {
      return new Fields(value, path);
    }
    throw path === '' ? bad('an object', value) : under(bad('an object', value), path);
  }

  /** Refuses any field but these: a misspelt setting shall not go unnoticed. */
  only(...names: readonly string[]): this {
    for (const name of Object.keys(this.fields)) {
      if (!names.includes(name)) throw this.at(name, bad(`one of ${names.join(', ')}`, name));
    }
    return this;
  }

  string(name: string): string;
  string(name: string, or: undefined): string | undefined;
  string(name: string, ...or: [undefined?]): string | undefined {
    return this.read(name, or.length > 0, 'a string', (value) => typeof value === 'string');
  }

  bool(name: string, or: boolean): boolean {
    return this.read<boolean>(name, true, 'true or false', (value) => typeof value === 'boolean') ?? or;
  }

  /** A number that is no fraction and not negative. */
  count(name: string): number;
  count<T extends number | undefined>(name: string, or: T): number | T;
  count(name: string, ...or: [(number | undefined)?]): number | undefined {
    const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
    return this.read<number>(name, or.length > 0, 'a whole number', isCount) ?? or[0];
  }

  number(name: string, or: number): number {
    return this.read<number>(name, true, 'a number', (value) => typeof value === 'number') ?? or;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T;
  oneOf<T extends string>(name: string, values: readonly T[], or: T): T;
  oneOf<T extends string>(name: string, values: readonly T[], ...or: [T?]): T {
    const wanted = `one of ${values.join(', ')}`;
    return (this.read<T>(name, or.length > 0, wanted, (value) => values.includes(value as T)) ?? or[0])!;
  }

  object(name: string): Fields {
    return Fields.of(this.fields[name] ?? undefined, this.pathOf(name));
  }

  optionalObject(name: string): Fields | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** A list, each element read by `read`; absent, it is empty. */
  list<T>(name: string, read: (value: unknown) => T): T[] {
    const values = this.read<unknown[]>(name, true, 'a list', Array.isArray) ?? [];
    return values.map((value, index) => {
      try {
        return read(value);
      } catch (error) {
        throw under(error, `${this.pathOf(name)}[${index}]`);
      }
    });
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  private read<T>(name: string, optional: boolean, wanted: string, fits: (value: unknown) => boolean): T | undefined {
    const value = this.fields[name] ?? undefined;
    if (value === undefined && optional) return undefined;
    if (!fits(value) || value === undefined) throw this.at(name, bad(wanted, value));
    return value as T;
  }

  private at(name: string, error: SolverError): unknown {
    return under(error, this.pathOf(name));
  }

  private pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw bad('a string', value);
}

function bad(wanted: string, value: unknown): SolverError {
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)).slice(0, 100);
  return new SolverError('bad-field', `expected ${wanted}, got ${shown}`);
}

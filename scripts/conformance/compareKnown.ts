import { readFileSync } from 'node:fs';

/** A difference of name that is left as it is: docs/conformance.md says why. */
export interface KnownDifference {
  readonly official: string;
  readonly ours: string;
}

const DOCUMENT = new URL('../../docs/conformance.md', import.meta.url);
const BEGIN = '<!-- known-differences -->';
const END = '<!-- /known-differences -->';
const ROW = /^\| `(\w+)` \| `(\w+)` \| .*\S.* \|$/;

/** The rows of the table between the two marks: official name, our name, reason. Its first two lines are the head. */
export function parseKnownDifferences(document: string): readonly KnownDifference[] {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`expected ${BEGIN} and ${END} in docs/conformance.md`);
  const lines = document.slice(begin + BEGIN.length, end).split('\n');
  const rows = lines.filter((line) => line.trim() !== '').slice(2);
  return rows.map((row) => {
    const match = ROW.exec(row);
    if (match === null) throw new Error(`expected | \`official\` | \`ours\` | reason |, got ${row}`);
    return { official: match[1]!, ours: match[2]! };
  });
}

/** Keeps account of which known differences occur: one that never does is no longer one. */
export class KnownDifferences {
  private readonly occurred = new Set<KnownDifference>();

  constructor(private readonly list: readonly KnownDifference[]) {}

  static ofDocument(): KnownDifferences {
    return new KnownDifferences(parseKnownDifferences(readFileSync(DOCUMENT, 'utf8')));
  }

  /** Only names may be known to differ; verdicts, places and ids never. */
  has(official: string | undefined, ours: string | undefined, parts: readonly string[]): boolean {
    if (parts.some((part) => part !== 'variant')) return false;
    const known = this.list.find((each) => each.official === official && each.ours === ours);
    if (known !== undefined) this.occurred.add(known);
    return known !== undefined;
  }

  stale(): readonly KnownDifference[] {
    return this.list.filter((each) => !this.occurred.has(each));
  }
}

/** Writes docs/anthic-assumptions.md from the table in src/anthic/assumptions.ts. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ASSUMPTIONS, type Assumption } from '../src/anthic/assumptions.js';

export const ASSUMPTIONS_FILE = fileURLToPath(new URL('../docs/anthic-assumptions.md', import.meta.url));

const INTRODUCTION = `# What is assumed of Anthic

Anthic's public documentation shows about half of its messages and no failure. What it shows is implemented as shown and
tested against messages recorded from it (\`fixtures/anthic\`). What it does not show is assumed: everything of that kind
stands below, made from \`src/anthic/assumptions.ts\` by \`npx tsx scripts/assumptions.ts\`. Where the real Anthic differs, one
row and the code that it names change, or only a setting.

Sources: BOOK is the documentation (docs.anthic.io), RUST the public Rust SDK \`InfluxionLabs/anthic-sdk\`. A row without a
source is a guess. A setting is a key of the file that \`anthic-solver maker --config\` reads.
`;

const TITLES = ['Assumption', 'Of', 'Taken to be', 'Why', 'Source', 'Setting'];

export function assumptionsDoc(): string {
  const sections = Object.entries(ASSUMPTIONS).map(([api, rows]) => {
    const lines = [TITLES, TITLES.map(() => '---'), ...rows.map(cells)].map(formatRow);
    return `## ${api}\n\n${lines.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function cells({ name, subject, shape, why, source = '', settings = [] }: Assumption): string[] {
  return [name, subject, shape, why, source, settings.map((each) => `\`${each}\``).join(', ')];
}

function formatRow(row: readonly string[]): string {
  return `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(ASSUMPTIONS_FILE, assumptionsDoc());

#!/usr/bin/env node
/**
 * Checks the import direction between the rooms of src/ (rules: .dependency-cruiser.cjs).
 *
 * dependency-cruiser reads TypeScript only through a compiler older than 7, and it ought to see type imports too (they
 * bind rooms as much as others do). So it is given a copy of src/ with the types stripped and every import kept.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { transformWithEsbuild } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'rooms-'));
try {
  for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(root, 'src', file), 'utf8')
      .replace(/^import type /gm, 'import ')
      .replace(/^export type (?=[{*])/gm, 'export ');
    const { code } = await transformWithEsbuild(source, file, {
      loader: 'ts',
      sourcemap: false,
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: 'es2022' } },
    });
    const target = join(copy, 'src', file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  const { options, ...ruleSet } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
  const { output, exitCode } = await cruise(['src'], {
    ...options,
    baseDir: copy,
    validate: true,
    ruleSet,
    outputType: 'err',
  });
  console.log(output.trim());
  process.exitCode = exitCode;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

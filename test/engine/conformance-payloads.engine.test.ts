import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConformanceEngine } from '../../scripts/conformance/engine.js';
import { mutations } from '../../scripts/conformance/mutations.js';
import { payloads } from '../../scripts/conformance/payloads.js';
import { Report } from '../../scripts/conformance/report.js';

let engine: ConformanceEngine;
beforeAll(async () => {
  engine = await ConformanceEngine.start(process.env);
});
afterAll(() => engine.close());

it.each([payloads, mutations])('$name agree with the official implementation', async (suite) => {
  const said: string[] = [];
  const report = new Report(2, (line) => said.push(line), mkdtempSync(join(tmpdir(), 'conformance-')));
  const result = await suite.run({ count: 400, seed: 2, engine, report });
  expect(result).toMatchObject({ compared: 400, differ: 0, failed: false });
  expect(report.written, said.join('\n')).toBe(0);
});

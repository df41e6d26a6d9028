import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectPayload } from '../../src/cli/inspect/inspection.js';
import { cli, jsonLines, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const vectors = 'fixtures/vectors/cuttlefish-part2/basic_subintents_part2/';
const file = `${vectors}005--trading_with_subintent.hex`;
const hex = readFileSync(file, 'utf8').trim();
const { inspection } = inspectPayload(hex);

describe('inspect', () => {
  it('takes hex, a file, or standard input', async () => {
    for (const outcome of [
      await cli(['inspect', hex, '--json']),
      await cli(['inspect', file, '--json']),
      await cli(['inspect', '--json', '-'], `\r\n${hex.toUpperCase()}\r\n\n`),
    ]) {
      expect([outcome.status, outcome.stderr]).toEqual([0, '']);
      expect(jsonLines(outcome)).toEqual([inspection]);
    }
  });

  it('prints one object a line and goes on behind what is broken', async () => {
    const many = folder.write('many', [hex, 'zz', '', hex.slice(2), '5c', hex, ''].join('\n'));
    const outcome = await cli(['inspect', many, '--json']);
    expect([outcome.status, outcome.stderr]).toEqual([0, '']);
    expect(jsonLines(outcome).map((each) => each.error?.code ?? each.kind)).toEqual([
      'NotarizedTransactionV2',
      'bad-hex',
      'UnexpectedPayloadPrefix',
      'UnexpectedPayloadPrefix',
      'NotarizedTransactionV2',
    ]);
  });

  it('reports a line that is too long in its turn', async () => {
    const long = folder.write('long', `${'00'.repeat(9_000_000)}\n${hex}\n`);
    const [first, second] = jsonLines(await cli(['inspect', long, '--json']));
    expect(first).toEqual({
      kind: null,
      valid: false,
      error: { code: 'line-too-long', message: expect.any(String), path: '' },
      id: null,
      subintentIds: null,
      signers: null,
      effectiveLength: null,
    });
    expect(second).toEqual(inspection);
  });

  it('adds manifests and the toolkit when asked, null where there are none', async () => {
    const two = folder.write('two', `${hex}\n4d\nzz\n`);
    const [good, bad, worse] = jsonLines(await cli(['inspect', two, '--json', '--manifest', '--toolkit']));
    expect(good.manifests).toHaveLength(2);
    expect(good.manifests[1]).toMatch(/^CALL_METHOD\n {4}Address\("account_sim1/);
    expect(good.toolkit).toContain('account_sim1');
    expect(bad).toMatchObject({ manifests: null, toolkit: null });
    expect(worse).toMatchObject({ manifests: null, toolkit: null });
    expect((await cli(['inspect', hex, '--toolkit'])).stdout).toMatch(/\ntoolkit\n.*account_sim1/s);
    expect((await cli(['inspect', '4d', '--toolkit'])).stdout).toContain('toolkit\ncannot decode it');
  });

  it('validates for a network by id or name', async () => {
    for (const network of ['1', 'Mainnet', 'mainnet']) {
      const [found] = jsonLines(await cli(['inspect', hex, '--json', '--network', network]));
      expect(found.error.code).toBe('InvalidNetwork');
    }
    const [same] = jsonLines(await cli(['inspect', hex, '--json', '--network', 'simulator']));
    expect(same).toEqual(inspection);
  });

  it('heads each payload of a file with its line', async () => {
    const { stdout } = await cli(['inspect', folder.write('text', `zz\n\n${hex}\n`)]);
    expect(stdout).toMatch(/^line 1\n\nkind {5}unknown\n.*\n\nline 3\n\nkind /);
    expect((await cli(['inspect', hex])).stdout).toMatch(/^kind /);
  });

  it('reads a file whose name is hex', async () => {
    const cwd = process.cwd();
    folder.write('deadbeef', hex);
    try {
      process.chdir(folder.path('.'));
      expect(jsonLines(await cli(['inspect', 'deadbeef', '--json']))).toEqual([inspection]);
      expect(jsonLines(await cli(['inspect', 'deadbeee', '--json']))[0].error.code).toBe('UnexpectedPayloadPrefix');
    } finally {
      process.chdir(cwd);
    }
  });

  it.each(['no-such-file', '.', 'x'.repeat(10_000)])('exits with 3 for %.20s', async (path) => {
    const { status, stdout, stderr } = await cli(['inspect', path, '--json']);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error: cannot read .*\n$/);
    expect(stderr.length).toBeLessThan(600);
  });

  it('prints nothing for an empty file', async () => {
    expect(await cli(['inspect', folder.write('empty', '\n\n')])).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

async function run(script: string, ...args: readonly string[]) {
  const node = promisify(execFile)(process.execPath, ['--import', 'tsx', `scripts/${script}.ts`, ...args]);
  return node.then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ status: code as number, stdout, stderr }),
  );
}

describe('the scripts', () => {
  it.each(['bench', 'chaos', 'conformance', 'crash', 'fuzz', 'soak'])('%s says how it is used', async (script) => {
    const { status, stdout, stderr } = await run(script, '--help');
    expect(stdout).toMatch(new RegExp(`^usage: npm run ${script} -- `));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each([
    [['--cuont', '3'], "Unknown option '--cuont'"],
    [['--count', '0'], 'expected --count to be a whole number from 1, got 0'],
  ])('refuse %j with their usage', async (args, problem) => {
    const { status, stdout, stderr } = await run('crash', ...args);
    expect(stderr).toContain(`error: ${problem}`);
    expect(stderr).toContain('\nusage: npm run crash -- ');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

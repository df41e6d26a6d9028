import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { units } from '../../src/base/amount.js';
import { solverAccount } from '../../src/cli/config/account.js';
import { envExample } from '../../src/cli/config/envExample.js';
import { type ConfigError, type ConfigInput, load, loadConfig, SECRET_VARIABLE } from '../../src/cli/config/load.js';
import type { RunConfig } from '../../src/cli/config/runConfig.js';
import { flagOf, optionKeyOf, SETTING_NAMES, variableOf } from '../../src/cli/config/settings.js';
import { KEY_VARIABLE } from '../../src/cli/keySource.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { networkById } from '../../src/transaction/network.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { cli, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const NEEDED = { network: 'stokenet', streams: ['wss://a.example/solver'], gateways: ['https://g.example'] };

function input(file: unknown, env: ConfigInput['env'] = {}, argvOptions: ConfigInput['argvOptions'] = {}): ConfigInput {
  const config = file === undefined ? {} : { config: 'solver.json' };
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  return { env, argvOptions: { ...config, ...argvOptions }, readFile: () => text };
}

function problems(given: ConfigInput): string[] {
  try {
    load(given);
  } catch (error) {
    return (error as ConfigError).problems.map(({ where, name, message }) => `${where}: ${name}: ${message}`);
  }
  return [];
}

describe('the table of settings', () => {
  it('names each setting in every source', () => {
    expect(SETTING_NAMES.map(variableOf)).toContain('ANTHIC_SOLVER_MAX_FEE_PER_HOUR');
    expect([variableOf('http.port'), flagOf('http.port'), optionKeyOf('http.port')]).toEqual([
      ...['ANTHIC_SOLVER_HTTP_PORT', '--http-port', 'httpPort'],
    ]);
    expect([variableOf('wrapperKeys'), flagOf('wrapperKeys'), optionKeyOf('wrapperKeys')]).toEqual([
      ...['ANTHIC_SOLVER_WRAPPER_KEYS', '--wrapper-key', 'wrapperKey'],
    ]);
    for (const of of [variableOf, flagOf]) expect(new Set(SETTING_NAMES.map(of)).size).toBe(SETTING_NAMES.length);
    expect(SECRET_VARIABLE).toBe(KEY_VARIABLE);
  });

  it('types the configuration', () => {
    expectTypeOf<RunConfig['minProfit']>().toEqualTypeOf<bigint | undefined>();
    expectTypeOf<RunConfig['maxFeePerHour']>().toEqualTypeOf<bigint | undefined>();
    expectTypeOf<RunConfig['streams']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<RunConfig['composition']>().toEqualTypeOf<'cheapest' | 'template'>();
    expectTypeOf<RunConfig['http']>().toEqualTypeOf<{ readonly host: string; readonly port: number }>();
  });

  it('is what .env.example says', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
    for (const name of SETTING_NAMES) expect(envExample()).toContain(`\n#${variableOf(name)}=`);
  });
});

describe('precedence', () => {
  it('takes defaults for all but what must be given', () => {
    const config = loadConfig(input(NEEDED));
    expect(config).toMatchObject({
      ...{
        network: networkById(2),
        submit: false,
        minProfit: undefined,
        maxFeePerDay: undefined,
        maxCostlyFailures: 5,
      },
      ...{
        keyFile: undefined,
        recordMaxBytes: 64 * 2 ** 20,
        http: { host: '127.0.0.1', port: 9610 },
        logLevel: 'info',
      },
    });
    expect(config).not.toHaveProperty('http.port.kind');
    expect(Object.keys(config)).not.toContain('http.port');
  });

  it('lets the environment overrule the file, and the command line both', () => {
    const file = { ...NEEDED, minProfit: '1', maxFeePerHour: '1', maxFeePerDay: '1', http: { port: 1 }, submit: true };
    const env = { ANTHIC_SOLVER_MAX_FEE_PER_HOUR: '2', ANTHIC_SOLVER_MAX_FEE_PER_DAY: '2', ANTHIC_SOLVER_RECORD: '' };
    const { config, origins } = load(input(file, env, { maxFeePerDay: '3', stream: ['wss://b'], submit: false }));
    expect(config).toMatchObject({
      ...{ minProfit: units(1), maxFeePerHour: units(2), maxFeePerDay: units(3), record: undefined, submit: false },
      ...{ streams: ['wss://b/'], http: { host: '127.0.0.1', port: 1 } },
    });
    expect(Object.fromEntries(origins)).toMatchObject({
      minProfit: 'solver.json (minProfit)',
      'http.port': 'solver.json (http.port)',
      maxFeePerHour: 'environment (ANTHIC_SOLVER_MAX_FEE_PER_HOUR)',
      maxFeePerDay: 'command line (--max-fee-per-day)',
    });
    expect(origins.has('queueLimit')).toBe(false);
  });

  it('takes the file from the environment, unless the command line names one', () => {
    const read: string[] = [];
    const readFile = (path: string): string => {
      read.push(path);
      return JSON.stringify(NEEDED);
    };
    const env = { ANTHIC_SOLVER_CONFIG: 'e.json' };
    loadConfig({ argvOptions: {}, env, readFile });
    loadConfig({ argvOptions: { config: 'f.json' }, env, readFile });
    expect(read).toEqual(['e.json', 'f.json']);
  });

  it('lets a limit be taken away', () => {
    const file = { ...NEEDED, maxCostlyFailures: 3, minBalance: '10' };
    const config = loadConfig(input(file, { ANTHIC_SOLVER_MIN_BALANCE: 'none' }, { maxCostlyFailures: 'None' }));
    expect([config.maxCostlyFailures, config.minBalance]).toEqual([undefined, undefined]);
  });
});

describe('values', () => {
  it.each([
    ['network', 2, networkById(2)],
    ['network', '242', networkById(242)],
    ['streams', 'wss://a, ws://127.0.0.1:1/x', ['wss://a/', 'ws://127.0.0.1:1/x']],
    ['gateways', ['https://g/', 'http://localhost:1'], ['https://g', 'http://localhost:1']],
    ['submit', 'TRUE', true],
    ['submit', '0', false],
    ['wrapperKeys', 'AB'.repeat(32), ['ab'.repeat(32)]],
    ['minProfit', '-0.5', -units(1) / 2n],
    ['maxFeePerTransaction', '2.5', (5n * units(1)) / 2n],
    ['maxFeePerTransaction', '0.24', (24n * units(1)) / 100n],
    ['queueLimit', ' 7 ', 7],
    ['recordMaxBytes', 5000, 5000],
    ['recordMaxBytes', '1MB', 1_000_000],
    ['composition', 'template', 'template'],
    ['logLevel', 'trace', 'trace'],
    ['keyFile', ' solver.key ', 'solver.key'],
  ])('%s: %j', (name, raw, expected) => {
    expect(loadConfig(input({ ...NEEDED, [name]: raw }))[name as 'network']).toEqual(expected);
  });

  it.each([
    ['network', 'nowhere', /expected an id from 0 to 255 or one of .*, got "nowhere"/],
    ['network', true, /expected the id or the name of a network, got a boolean/],
    ['streams', 'ws://a.example', /expected wss:/],
    ['streams', [], /expected at least one of stream URLs, got none/],
    ['streams', 7, /expected a list of stream URLs, got a number/],
    ['streams', ['wss://u:p@a', 'wss://u:p@a'], /expected no value twice, got wss:\/\/a\/ \(credentials/],
    ['gateways', ['https://u:p@g'], /expected a URL of host, port and path only for g/],
    ['gateways', ['https://g', ' '], /expected Gateway URLs, got empty text/],
    ['keyFile', 'ed25519:'.concat('ab'.repeat(32)), /got what looks like a private key$/],
    ['submit', 'yes', /expected true or false, got "yes"/],
    ['submit', null, /expected true or false, got null/],
    ['wrapperKeys', ['xyz'], /expected a public key: 64 hex digits/],
    ['minProfit', 0.5, /expected an amount as text, such as "0.5", got the number 0.5/],
    ['minProfit', 'ab'.repeat(40), /expected a decimal such as 0.5, got "…"/],
    ['minBalance', '0', /expected an amount above 0, got 0/],
    ['maxFeePerTransaction', '0.1', /expected an amount of at least 0.24, which a root costs at least, got 0.1/],
    ['maxFeePerHour', '0.239', /expected an amount of at least 0.24/],
    ['maxFeePerDay', '0', /expected an amount of at least 0.24/],
    ['queueLimit', 0, /expected a whole number from 1 to 100000, got 0/],
    ['queueLimit', [1], /got an array/],
    ['pingIntervalMs', 10_001, /from 100 to 10000, got 10001/],
    ['recordMaxBytes', '1kb', /expected at least 4096 bytes, got 1000/],
    ['recordMaxBytes', 'big', /expected a size such as/],
    ['composition', 'best', /expected one of cheapest, template, got "best"/],
    ['account', 5, /expected text, got a number/],
    ['account', 'account_rdx1', /./],
    ['account', formatAddress(XRD, 2), /expected an account, got resource_tdx_2_1/],
  ])('refuses %s: %j', (name, raw, message) => {
    const found = problems(input({ ...NEEDED, [name]: raw }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
    expect(found[0]).not.toMatch(/[0-9a-f]{64}|u:p/);
  });
});

describe('limits that contradict each other', () => {
  it.each([
    [
      { maxFeePerTransaction: '5', maxFeePerHour: '1' },
      ['maxFeePerTransaction and maxFeePerHour: maxFeePerTransaction: expected at most maxFeePerHour, 1, got 5'],
    ],
    [
      { maxFeePerTransaction: '5', maxFeePerDay: '4.5' },
      ['maxFeePerTransaction and maxFeePerDay: maxFeePerTransaction: expected at most maxFeePerDay, 4.5, got 5'],
    ],
    [
      { maxFeePerHour: '3', maxFeePerDay: '2' },
      ['maxFeePerHour and maxFeePerDay: maxFeePerHour: expected at most maxFeePerDay, 2, got 3'],
    ],
  ])('are refused: %j', (limits, found) => {
    expect(problems(input({ ...NEEDED, ...limits }))).toEqual(found);
  });

  it.each([
    { maxFeePerTransaction: '2', maxFeePerHour: '2', maxFeePerDay: '2' },
    { maxFeePerHour: '9', maxFeePerDay: 'none' },
  ])('are not those: %j', (limits) => {
    expect(() => loadConfig(input({ ...NEEDED, ...limits }))).not.toThrow();
  });
});

describe('what is wrong', () => {
  it('is told all at once, each with its source', () => {
    const file = { network: 'x', streems: [], minProfit: 1, maxfeeperday: '1', http: { port: -1, hosts: 'x' } };
    const env = { ANTHIC_SOLVER_QUEUE_LIMIT: 'many', ANTHIC_SOLVER_MAXFEEPERDAY: '1', ANTHIC_SOLVER_X: '', OTHER: '1' };
    const found = problems(
      input(file, { ...env, [KEY_VARIABLE]: 'secret' }, { logLevel: 'loud', gateway: ['ftp://g'] }),
    );
    expect(found).toEqual([
      'environment: ANTHIC_SOLVER_MAXFEEPERDAY: there is no such setting; did you mean ANTHIC_SOLVER_MAX_FEE_PER_DAY?',
      'environment: ANTHIC_SOLVER_X: there is no such setting',
      expect.stringMatching(/^solver.json: network: expected an id/),
      expect.stringMatching(/^solver.json: minProfit: expected an amount as text/),
      'solver.json: http.port: expected a whole number from 0 to 65535, got -1',
      'solver.json: streems: there is no such setting',
      'solver.json: maxfeeperday: there is no such setting; did you mean maxFeePerDay?',
      'solver.json: http.hosts: there is no such setting',
      'environment: ANTHIC_SOLVER_QUEUE_LIMIT: expected a whole number from 1 to 100000, got "many"',
      expect.stringMatching(/^command line: --gateway: expected https: for g/),
      expect.stringMatching(/^command line: --log-level: expected one of/),
      'nowhere: streams: required: give --stream, ANTHIC_SOLVER_STREAMS or the key streams of a file',
    ]);
  });

  it('counts even where another source overrules it', () => {
    expect(problems(input({ ...NEEDED, queueLimit: 0 }, { ANTHIC_SOLVER_QUEUE_LIMIT: '5' }))).toHaveLength(1);
  });

  it.each([
    ['{', 'expected JSON'],
    ['[]', 'expected a JSON object'],
    ['null', 'expected a JSON object'],
  ])('a file that holds %s', (text, message) => {
    expect(problems(input(text))).toContain(`solver.json: file: ${message}`);
  });

  it('a file that cannot be read, a group that is none', () => {
    const readFile = (): string => {
      throw Object.assign(new Error("ENOENT: no such file or directory, open 'x'"), { code: 'ENOENT' });
    };
    const found = problems({ argvOptions: { config: 'x' }, env: {}, readFile });
    expect(found[0]).toBe('x: file: cannot be read: no such file or directory');
    expect(problems(input({ ...NEEDED, http: 8080 }))).toEqual(['solver.json: http: there is no such setting']);
  });

  it('is one error with all of it in the message', () => {
    expect(() => loadConfig(input({}))).toThrow(
      /the configuration has 3 errors: nowhere: network: required: .*; nowhere/,
    );
    expect(() => loadConfig(input({ ...NEEDED, queueLimit: 0 }))).toThrow(/has an error: solver.json: queueLimit/);
  });
});

describe("the solver's account", () => {
  const network = networkById(2);
  const key = SolverKey.generate('Ed25519').publicKey;
  const own = formatAddress(preallocatedAccount(key), network);

  it("is the key's own unless another is named", () => {
    expect(solverAccount({ network, account: undefined }, key)).toMatchObject({ address: own, isProven: true });
    expect(solverAccount({ network, account: own }, key)).toMatchObject({ address: own, isProven: true });
    const created = formatAddress(`c1${'00'.repeat(29)}`, network);
    expect(solverAccount({ network, account: created }, key)).toMatchObject({ address: created, isProven: false });
  });

  it('cannot be that of another key', () => {
    const other = formatAddress(preallocatedAccount(SolverKey.generate('Ed25519').publicKey), network);
    expect(() => solverAccount({ network, account: other }, key)).toThrow(
      expect.objectContaining({ code: 'foreign-account', hint: expect.stringContaining(own) }),
    );
  });
});

describe('the command', () => {
  const file = folder.write(
    'solver.json',
    JSON.stringify({ ...NEEDED, streams: ['wss://user:pass@a.example/x?key=1'], maxFeePerDay: '5', record: 'r.jsonl' }),
  );

  it('prints every setting with its source, and no secret', async () => {
    const env = { ANTHIC_SOLVER_MIN_PROFIT: '0.01', [KEY_VARIABLE]: 'ab'.repeat(32) };
    const outcome = await cli(
      ['config', 'show', '--config', file, '--wrapper-key', 'cd'.repeat(32), '--submit'],
      '',
      env,
    );
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/^minProfit +0\.01 +environment \(ANTHIC_SOLVER_MIN_PROFIT\)$/m);
    expect(outcome.stdout).toMatch(/^submit +true +command line \(--submit\)$/m);
    expect(outcome.stdout).toMatch(/^maxFeePerHour +none +default$/m);
    expect(outcome.stdout).toMatch(/^keyFile +not set$/m);
    expect(outcome.stdout).toMatch(/^streams +wss:\/\/a\.example\/x \(credentials or query not shown\)/m);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/pass|key=1|(ab){32}/);
  });

  it('prints JSON', async () => {
    const outcome = await cli([
      'config',
      'show',
      '--config',
      file,
      '--json',
      '--gateway',
      'https://h',
      '--gateway',
      'https://i',
    ]);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      network: { value: 'stokenet', from: `${file} (network)` },
      gateways: { value: ['https://h', 'https://i'], from: 'command line (--gateway)' },
      maxFeePerDay: { value: '5' },
      keyFile: { value: null, from: 'not set' },
      queueLimit: { value: 1000, from: 'default' },
    });
  });

  it('lets the command line switch off what a file switches on', async () => {
    const on = folder.write('on.json', JSON.stringify({ ...NEEDED, submit: true }));
    const { stdout } = await cli(['config', 'show', '--config', on, '--no-submit', '--json']);
    expect(JSON.parse(stdout).submit).toEqual({ value: false, from: 'command line (--submit)' });
    expect(JSON.parse((await cli(['config', 'show', '--config', on, '--json'])).stdout).submit.value).toBe(true);
  });

  it('prints a line for each error, and exits with 2', async () => {
    const outcome = await cli(['config', 'show', '--queue-limit', '0', '--config', folder.path('none.json')]);
    expect(outcome.status).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr.split('\n')).toEqual([
      `${folder.path('none.json')}: file: cannot be read: no such file or directory`,
      'command line: --queue-limit: expected a whole number from 1 to 100000, got "0"',
      expect.stringMatching(/^nowhere: network/),
      expect.stringMatching(/^nowhere: streams/),
      expect.stringMatching(/^nowhere: gateways/),
      'error: the configuration has 5 errors [bad-config]',
      'hint: `anthic-solver config show --help` tells every setting',
      '',
    ]);
  });

  it('tells every flag in its help, and prints .env.example', async () => {
    const help = await cli(['config', 'show', '--help']);
    for (const name of SETTING_NAMES) expect(help.stdout).toContain(flagOf(name));
    expect(help.stdout).not.toContain('--no-submit');
    expect((await cli(['config', 'env'])).stdout).toBe(envExample());
  });
});

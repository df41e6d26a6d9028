import { afterEach, describe, expect, it } from 'vitest';
import { SolverError } from '../../src/base/error.js';
import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Engine } from '../../src/sandbox/engine/engine.js';
import { temporaryFolder } from '../cli/support.js';

/** The engine's client, against programs that behave in all the ways an engine might. */

const folder = temporaryFolder();
let scripts = 0;

/** A program that runs `body` for each line, parsed as `request`; `say` answers. */
function program(body: string, before = ''): string {
  scripts += 1;
  const source = `#!/usr/bin/env node
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    ${before}
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const request = JSON.parse(line);
      ${body}
    });`;
  return folder.write(`engine-${scripts}.cjs`, source, 0o700);
}

let engine: Engine | undefined;
afterEach(() => engine?.close());

async function start(body: string, before?: string): Promise<Engine> {
  engine = await Engine.start(program(body, before));
  return engine;
}

const call = (on: Engine) => on.call('clock.get', {});

describe('the engine', () => {
  it('is asked in lines and answers in order', async () => {
    const on = await start('say({ id: request.id, result: { epoch: request.id, text: "\\u2028 line" } });');
    const results: any[] = await Promise.all([call(on), call(on), call(on)]);
    expect(results.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(results[0].text).toBe('\u2028 line');
  });

  it('may answer in pieces, and several at once', async () => {
    const on = await start(`
      if (request.id !== 3) return;
      process.stdout.write('{"id":1,"res');
      setTimeout(() => process.stdout.write('ult":1}\\n{"id":2,"result":2}\\n{"id":3,"result":3}\\n'), 20);`);
    expect(await Promise.all([call(on), call(on), call(on)])).toEqual([1, 2, 3]);
  });

  it('refuses with a code of its own', async () => {
    const on = await start('say({ id: request.id, error: { code: "NoWorld", message: "start one" } });');
    await expect(call(on)).rejects.toMatchObject({ code: 'NoWorld', message: 'clock.get: start one' });
    await expect(call(on)).rejects.toBeInstanceOf(SolverError);
  });

  it('fails all pending calls when it dies, and later ones at once', async () => {
    const on = await start('if (request.id === 2) { console.error("out of memory"); process.exit(7); }');
    const pending = await Promise.allSettled([call(on), call(on)]);
    for (const { reason } of pending as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'engine-died', message: 'the engine died (exit status 7): out of memory' });
    }
    await expect(call(on)).rejects.toMatchObject({ code: 'engine-died' });
    expect(await on.ended).toMatchObject({ code: 'engine-died' });
  });

  it('fails them when it is killed', async () => {
    const on = await start('process.kill(process.pid, "SIGKILL");');
    await expect(call(on)).rejects.toThrow('the engine died (signal SIGKILL)');
  });

  it.each([
    ['garbage', 'console.log("thread panicked");'],
    ['a number', 'console.log("12");'],
    ['the answer of another', 'say({ id: 99, result: 1 });'],
    ['two answers', 'say({ id: request.id, result: 1 }); say({ id: request.id, result: 1 });'],
  ])('is ended when it says %s', async (_what, body) => {
    const on = await start(body);
    await Promise.allSettled([call(on)]);
    expect(await on.ended).toMatchObject({ code: 'engine-died', message: expect.stringContaining('no reply') });
    await expect(call(on)).rejects.toThrow('no reply');
  });

  it('finishes what it was asked before it is closed', async () => {
    const on = await start('setTimeout(() => say({ id: request.id, result: 5 }), 20);');
    const pending = call(on);
    await on.close();
    expect(await pending).toBe(5);
    expect(await on.ended).toBeUndefined();
    await expect(call(on)).rejects.toMatchObject({ code: 'engine-died' });
  });

  it('is killed when it does not end', { timeout: 10_000 }, async () => {
    const on = await start('', 'setInterval(() => {}, 1000); process.on("SIGTERM", () => {});');
    const pending = call(on).catch((error) => error);
    await on.close();
    expect(await pending).toMatchObject({ code: 'engine-died' });
  });

  it('that cannot be run says why', async () => {
    await expect(Engine.start('/no/such/engine')).rejects.toMatchObject({
      code: 'engine-died',
      message: expect.stringContaining('ENOENT'),
    });
    const text = folder.write('no-program', 'text');
    await expect(Engine.start(text)).rejects.toThrow('EACCES');
  });
});

describe('the binary', () => {
  const builder = (source: string): URL => {
    scripts += 1;
    return new URL(`file://${folder.write(`builder-${scripts}.mjs`, source)}`);
  };

  it('is the one that is named', async () => {
    const path = folder.write('named', '');
    expect(await engineBinary({ ANTHIC_ENGINE: path })).toBe(path);
    await expect(engineBinary({ ANTHIC_ENGINE: '/no/such' })).rejects.toMatchObject({
      code: 'engine-missing',
      message: expect.stringMatching(/no engine at \/no\/such .*npm run engine:build/),
    });
  });

  it('is otherwise where the builder puts it', async () => {
    const found = builder('export const engineBinary = (env) => env.WHERE;');
    expect(await engineBinary({ WHERE: '/cache/engine', ANTHIC_ENGINE: '' }, found)).toBe('/cache/engine');
  });

  it('is missed in one sentence', async () => {
    const told = 'the engine has not been built: run `npm run engine:build` in a checkout of the project';
    for (const url of [
      builder('export const engineBinary = () => null;'),
      builder('throw new Error("no sources");'),
      new URL('file:///no/such/builder.mjs'),
    ]) {
      await expect(engineBinary({}, url)).rejects.toMatchObject({ code: 'engine-missing', message: told });
    }
    // In this checkout the builder is found; whether it has built anything is not known here.
    await expect(engineBinary({ ANTHIC_ENGINE_CACHE: folder.path('empty') })).rejects.toThrow(told);
  });
});

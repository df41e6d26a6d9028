import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { keepAliveFetch } from '../../src/ledger/keepAlive.js';

const opened: { close: () => unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

async function listen(server: Server): Promise<string> {
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`;
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a fetch over connections that stay', () => {
  it('sends text with its length and brings status, headers and body back', async () => {
    const url = await listen(
      createServer((request, response) => {
        request.on('data', (body) => {
          const { method, url: path, headers } = request;
          response.writeHead(429, { 'retry-after': '3', location: '/elsewhere' });
          response.end(JSON.stringify([method, path, headers['content-length'], headers['x-a'], `${body}`]));
        });
      }),
    );
    const response = await keepAliveFetch()(url, { method: 'POST', body: 'héllo', headers: { 'x-a': 'b' } });
    expect([response.status, response.headers.get('retry-after'), response.headers.get('x-none')]).toEqual([
      429,
      '3',
      null,
    ]);
    expect(JSON.parse(await textOf(response))).toEqual(['POST', '/path', '6', 'b', 'héllo']);
  });

  it('uses a connection again, and follows no redirect', async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.writeHead(307, { location: '/path' }).end());
    server.on('connection', () => connections++);
    const url = await listen(server);
    const fetch = keepAliveFetch();
    for (let n = 0; n < 3; n++) expect((await fetch(url, {})).status).toBe(307);
    expect(connections).toBe(1);
  });

  it('asks again where an idle connection was closed under it, and only there', async () => {
    let asked = 0;
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    const server = createSocketServer((socket) => {
      let first = true;
      socket.on('error', () => {});
      socket.on('data', () => {
        asked += 1;
        if (first) socket.write(answer);
        else socket.resetAndDestroy();
        first = false;
      });
    });
    const url = await listen(server);
    const fetch = keepAliveFetch();
    for (let n = 0; n < 2; n++) expect(await textOf(await fetch(url, {}))).toBe('ok');
    expect(asked).toBe(3);
    const rude = createSocketServer((socket) => void socket.on('data', () => socket.resetAndDestroy()));
    await expect(fetch(await listen(rude), {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('an answer that breaks off is an error, whatever came of it', async () => {
    const server = createSocketServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
        setTimeout(() => socket.resetAndDestroy(), 10);
      });
    });
    await expect(keepAliveFetch()(await listen(server), {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it("ends with the signal's reason, before and after the request left", async () => {
    const url = await listen(createServer(() => {}));
    const fetch = keepAliveFetch();
    await expect(fetch(url, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
    const controller = new AbortController();
    const asked = fetch(url, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('shutdown')), 20);
    await expect(asked).rejects.toThrow('shutdown');
  });

  it('says why there is no connection, encrypted or not', async () => {
    const server = createServer(() => {});
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    for (const each of [url, url.replace('http:', 'https:')]) {
      await expect(keepAliveFetch()(each, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

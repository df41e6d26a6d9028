import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { systemSurroundings } from '../../../src/ledger/surroundings.js';
import { formatAddress } from '../../../src/transaction/address.js';
import { SIMULATOR } from '../../support/build.js';
import { token } from '../../support/bundles.js';

/** What is answered to a path with its query: JSON, a text, or whatever a function does. */
type Answer = object | string | ((response: ServerResponse) => void);

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A server of prices on this machine; closed after the test. */
export async function priceServer(answers: Record<string, Answer>) {
  const asked: { path: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!);
    asked.push({ path, headers: request.headers });
    const answer = answers[path];
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else if (typeof answer === 'function') answer(response);
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers };
}

export const SURROUNDINGS = systemSurroundings();
export const [A, B, C] = [token(1), token(2), token(3)];
export const addressOf = (resource: string, network = SIMULATOR) => formatAddress(resource, network);
/** Never fires. */
export const { signal: NEVER } = new AbortController();

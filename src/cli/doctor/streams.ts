import { parseStreamUrl } from '../../anthic/stream/url.js';
import { SolverStream } from '../../anthic/stream.js';
import type { EventOf } from '../../observe/event.js';
import { attempt, type Check, fail, pass } from './check.js';

const ADVICE: Readonly<Record<EventOf<'stream-refused'>['reason'], string>> = {
  unreachable: 'check the URL, name resolution, firewall and proxy',
  timeout: 'something accepts the connection and does not answer: check the URL, or ask who runs it',
  status: 'the server answers, and not with a stream: check path and credentials; 429 and 503 pass by themselves',
  'bad-handshake': 'the server is no websocket server: check the URL',
};

/** Opens each stream once, as `run` would. */
export function streamChecks(urls: readonly string[]): Promise<Check[]> {
  return Promise.all(
    urls.map((url) => {
      const name = `stream ${parseStreamUrl(url).label}`;
      return attempt(name, ADVICE.unreachable, () => streamCheck(name, url));
    }),
  );
}

async function streamCheck(name: string, url: string): Promise<Check> {
  let stream: SolverStream | undefined;
  try {
    return await new Promise<Check>((resolve) => {
      stream = new SolverStream({
        urls: [url],
        onFrame: () => {},
        onEvent(event) {
          if (event.type === 'stream-open') resolve(pass(name, `open after ${Math.round(event.tookMs)} ms`));
          if (event.type === 'stream-refused') resolve(refused(name, event));
        },
      });
      // It gives up by itself: the handshake has a limit.
      stream.start();
    });
  } finally {
    await stream?.stop();
  }
}

function refused(name: string, { reason, status, code, detail }: EventOf<'stream-refused'>): Check {
  const facts = [status === undefined ? undefined : `HTTP ${status}`, code, detail].filter(
    (fact) => fact !== undefined,
  );
  return fail(name, [reason, ...facts].join(', '), ADVICE[reason]);
}

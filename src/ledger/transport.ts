import { classifyAnswer } from './classify.js';
import { GatewayError } from './error.js';
import type { Surroundings } from './surroundings.js';

/** Far above any answer that is asked for here; below what would hurt. */
export const MAX_BODY = 8 * 1024 * 1024;

/**
 * The `fetchApi` of the SDK: reads the whole answer, so that the call's signal covers the body too, and turns what is no
 * success into the error it stands for. The SDK itself would hang without end (T41), retry nothing (T43) and lose the
 * header and the body of an error (T39, T44).
 */
export function transport(
  endpoint: string,
  { fetch, wallNow }: Pick<Surroundings, 'fetch' | 'wallNow'>,
): typeof globalThis.fetch {
  return async (url, init = {}) => {
    // A redirected submission would be somebody else's.
    const response = await fetch(String(url), { ...init, redirect: 'manual' });
    const body = await readBody(response, endpoint);
    // Read already: the SDK looks at the status alone, and hands the rest on.
    if (response.status >= 200 && response.status < 300) return { status: 200, text: async () => body } as Response;
    const answer = { status: response.status, retryAfter: response.headers.get('retry-after'), body };
    throw classifyAnswer(answer, endpoint, wallNow());
  };
}

async function readBody({ body, status }: Response, endpoint: string): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY) {
      throw new GatewayError('bad-answer', `an answer of more than ${MAX_BODY} bytes`, {
        endpoint,
        status,
        arrived: true,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Keeps what the page shows up to date: events say what has changed, and that is asked for again. */

export async function getJson(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** What a refusal says, and which field of the form it is about. */
export class Refusal extends Error {
  constructor({ message, field }) {
    super(message);
    this.field = field;
  }
}

export async function postJson(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Refusal(answer.error);
}

const AGAIN_MS = 2_000;

/**
 * A part of the page that is read from the server. What this returns has it read and shown again, at most once in `everyMs`
 * and never twice at the same time. A failed read is tried again.
 */
export function part(everyMs, refresh) {
  let timer;
  let lastAt = Number.NEGATIVE_INFINITY;
  let isRunning = false;
  let isStale = false;
  const run = async () => {
    [timer, isRunning, isStale, lastAt] = [undefined, true, false, performance.now()];
    const isDone = await refresh().then(
      () => true,
      () => false,
    );
    isRunning = false;
    if (!isDone) touch(AGAIN_MS);
    else if (isStale) touch();
  };
  const touch = (afterMs = lastAt + everyMs - performance.now()) => {
    isStale = true;
    if (timer === undefined && !isRunning) timer = setTimeout(run, afterMs);
  };
  return () => touch();
}

/**
 * Listens to the events. A connection that ends is made again, and goes on behind the last event; `onOpen` is called each
 * time there is one.
 */
export function follow({ onOpen, onLost, onEvent }) {
  const source = new EventSource('sandbox/events');
  source.addEventListener('open', onOpen);
  source.addEventListener('message', ({ data }) => onEvent(JSON.parse(data)));
  source.addEventListener('error', () => {
    onLost();
    // An answer that is no stream ends it for good.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => follow({ onOpen, onLost, onEvent }), AGAIN_MS);
  });
}

import type { IncomingMessage } from 'node:http';
import type { Faults } from '../faults.js';
import type { Makers } from '../makers.js';
import { RateLimit } from '../rate.js';
import { type Peer, SocketServer } from '../sockets.js';
import type { FlashContext } from './methods.js';
import { FlashSession } from './session.js';

export interface FlashOptions extends FlashContext {
  readonly makers: Makers;
  readonly faults: Faults;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** No message of the API is nearly as long. */
const MAX_MESSAGE = 1024 * 1024;

/** The Flash Liquidity API. A key that is missing or unknown is refused before there is a websocket. */
export async function startFlash(options: FlashOptions): Promise<SocketServer> {
  const { makers, faults, settings, feed, now } = options;
  const makerOf = ({ headers }: IncomingMessage) => {
    const key = headers['anthic-api-key'];
    return makers.of(typeof key === 'string' ? key : undefined);
  };
  const open = (peer: Peer, request: IncomingMessage) => {
    const maker = makerOf(request)!;
    new FlashSession(peer, maker, new RateLimit(settings.limits.messagesPerSecond, now), options);
    feed.emit({ type: 'maker-connected', maker: maker.name, sessions: maker.sessions.size });
  };
  return SocketServer.start({
    host: settings.ports.host,
    port: settings.ports.flash,
    path: '/',
    maxMessage: MAX_MESSAGE,
    pingMs: settings.timing.pingMs,
    faults,
    refuse: (request) => (makerOf(request) === undefined ? 401 : undefined),
    onOpen: open,
  });
}

import { RefusedError } from '../error.js';
import type { Maker, MakerSession } from '../makers.js';
import type { RateLimit } from '../rate.js';
import type { Peer } from '../sockets.js';
import { type FlashCall, type FlashContext, METHODS } from './methods.js';
import { answerText, callText, errorText, type Incoming, parseMessage, RPC, RpcError } from './rpc.js';

/** One connection of a maker. A message that is wrong gets its error, and the next is read as if it had not been. */
export class FlashSession implements MakerSession {
  wantsOrders = false;
  wantsFills = false;
  private calls = 0;

  constructor(
    private readonly peer: Peer,
    private readonly maker: Maker,
    private readonly rate: RateLimit,
    private readonly context: FlashContext,
  ) {
    maker.sessions.add(this);
    peer.onText = (text) => void this.hear(text);
    peer.onBeat = () => peer.send(callText('ping', {}, ++this.calls));
    peer.onClose = () => this.close();
  }

  notify(method: string, params: object): void {
    this.peer.send(callText(method, params));
  }

  private close(): void {
    const { maker } = this;
    maker.sessions.delete(this);
    const { feed, desk } = this.context;
    feed.emit({ type: 'maker-disconnected', maker: maker.name, sessions: maker.sessions.size });
    // Who cannot hear of orders has no prices either: it shall state them anew.
    if (maker.sessions.size === 0) maker.clearBooks();
    if (!maker.isListening) desk.lost(maker);
  }

  private async hear(text: string): Promise<void> {
    let incoming: Incoming;
    try {
      incoming = parseMessage(text);
    } catch (error) {
      return this.peer.send(errorText(error instanceof RpcError ? error.id : null, error));
    }
    const { id, method, params } = incoming;
    if (method === undefined) return; // an answer to a ping
    let after = (): void => {};
    const afterwards = (action: () => void) => {
      after = action;
    };
    try {
      const result = await this.call(method, params, afterwards);
      if (id !== undefined) this.peer.send(answerText(id, result));
      after();
    } catch (error) {
      // A notification waits for no answer; but silence would hide that it was not taken.
      this.peer.send(errorText(id ?? null, error));
    }
  }

  private call(method: string, params: unknown, afterwards: FlashCall['afterwards']): Promise<object> | object {
    if (!this.rate.admits('')) throw new RefusedError('too-many-requests', 'expected fewer messages in a second');
    const act = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    if (act === undefined) {
      const shown = JSON.stringify(method.slice(0, 100));
      throw new RpcError(
        RPC.unknownMethod,
        'unknown-method',
        `expected a method of the platform, got ${shown}`,
        'method',
      );
    }
    return act({ ...this.context, session: this, maker: this.maker, params, afterwards });
  }
}

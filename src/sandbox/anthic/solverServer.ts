import { BUNDLE_METHOD } from '../../anthic/frame.js';
import type { EventFeed } from './events.js';
import type { Faults } from './faults.js';
import type { AnthicSettings } from './settings.js';
import { type Peer, SocketServer } from './sockets.js';

/** Solvers have nothing to say. */
const MAX_MESSAGE = 64 * 1024;

/** The Solver API: pushes bundles to whoever is connected, and replays nothing. */
export class SolverServer {
  private readonly peers = new Set<Peer>();
  private server: SocketServer | undefined;

  constructor(
    private readonly faults: Faults,
    private readonly feed: EventFeed,
  ) {}

  async start({ ports, timing }: AnthicSettings): Promise<void> {
    this.server = await SocketServer.start({
      host: ports.host,
      port: ports.solver,
      path: '/subintent-stream',
      maxMessage: MAX_MESSAGE,
      pingMs: timing.pingMs,
      faults: this.faults,
      onOpen: (peer) => this.open(peer),
    });
  }

  get url(): string {
    return this.server!.url;
  }

  get count(): number {
    return this.peers.size;
  }

  /** Returns how many solvers there are. */
  push(items: readonly string[]): number {
    const frame = JSON.stringify({ id: null, jsonrpc: '2.0', method: BUNDLE_METHOD, params: items });
    const times = this.faults.pushesTwice() ? 2 : 1;
    for (const peer of this.peers) for (let n = 0; n < times; n++) peer.send(frame);
    return this.peers.size;
  }

  /** Cuts off all solvers; they may come back. */
  disconnect(): void {
    for (const peer of this.peers) peer.terminate();
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private open(peer: Peer): void {
    this.peers.add(peer);
    this.feed.emit({ type: 'solver-connected', solvers: this.peers.size });
    peer.onClose = () => {
      this.peers.delete(peer);
      this.feed.emit({ type: 'solver-disconnected', solvers: this.peers.size });
    };
  }
}

import type { EventOf, SolverEvent, SolverEventType } from './event.js';
import type { Observer } from './observers.js';

/** What is done at which event. */
export type Handlers = { readonly [T in SolverEventType]?: (event: EventOf<T>) => void };

/** One observer out of several sets of handlers. */
export function observerOf(...sets: readonly Handlers[]): Observer {
  const lists = new Map<SolverEventType, ((event: SolverEvent) => void)[]>();
  for (const [type, handle] of sets.flatMap((set) => Object.entries(set))) {
    const list = lists.get(type as SolverEventType) ?? [];
    list.push(handle as (event: SolverEvent) => void);
    lists.set(type as SolverEventType, list);
  }
  return (event) => {
    for (const handle of lists.get(event.type) ?? []) handle(event);
  };
}

/** Keeps up what each source of prices told last. */
export function priceHandlers(sources: Map<string, EventOf<'prices'>>): Handlers {
  return { prices: (event) => void sources.set(event.source, event) };
}

/** Keeps up which feeds are open, by URL. */
export function feedHandlers(feeds: Map<string, boolean>): Handlers {
  const feed = (open: boolean) => (event: { readonly url: string }) => void feeds.set(event.url, open);
  return {
    'stream-open': feed(true),
    'stream-closed': feed(false),
    'stream-refused': feed(false),
    'stream-stopped': feed(false),
  };
}

import type { Order, OrderView, Part } from './order.js';
import { viewOrder } from './order.js';

/** Ended orders that are still known: sent again, they get the same answer. */
const KEPT = 10_000;

/** All orders that were accepted, their parts, and the subintents that fill them. */
export class Orders {
  private readonly byId = new Map<string, Order>();
  private readonly parts = new Map<string, { readonly order: Order; readonly part: Part }>();
  private readonly fills = new Set<string>();
  private readonly ended: Order[] = [];

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** Whether a subintent serves already, as an order or as a fill of one. */
  isUsed(subintentId: string): boolean {
    return this.byId.has(subintentId) || this.fills.has(subintentId);
  }

  add(order: Order): void {
    this.byId.set(order.id, order);
  }

  addPart(order: Order, part: Part): void {
    order.parts.push(part);
    order.offered.push(part);
    this.parts.set(part.id, { order, part });
  }

  /** By the order id that the part's maker knows. */
  partOf(id: string): { readonly order: Order; readonly part: Part } | undefined {
    return this.parts.get(id);
  }

  useFill(subintentId: string): void {
    this.fills.add(subintentId);
  }

  freeFill(subintentId: string): void {
    this.fills.delete(subintentId);
  }

  /** Those that makers still fill. */
  get matched(): readonly Order[] {
    return [...this.byId.values()].filter(({ state }) => state === 'matched');
  }

  end(order: Order): void {
    this.ended.push(order);
    if (this.ended.length > KEPT) this.forget(this.ended.shift()!);
  }

  /** The newest first. */
  view(limit: number): readonly OrderView[] {
    return [...this.byId.values()].slice(-limit).reverse().map(viewOrder);
  }

  private forget(order: Order): void {
    this.byId.delete(order.id);
    for (const { id, fillId } of order.offered) {
      this.parts.delete(id);
      if (fillId !== undefined) this.fills.delete(fillId);
    }
  }
}

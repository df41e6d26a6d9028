/** Some of many things, evenly spread over them, in bounded memory and the same each time. */
export class Sample<T> {
  readonly items: T[] = [];
  private stride = 1;
  private seen = 0;

  constructor(private readonly most = 1000) {}

  add(item: T): void {
    if (this.seen++ % this.stride !== 0) return;
    this.items.push(item);
    if (this.items.length <= this.most) return;
    this.stride *= 2;
    const kept = this.items.filter((_, index) => index % 2 === 0);
    this.items.length = 0;
    this.items.push(...kept);
  }
}

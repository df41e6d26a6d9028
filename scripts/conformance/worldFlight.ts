/** Cases that are under way at a time: while the engine works on one the next is made. */
const IN_FLIGHT = 6;

/** Runs cases 0 to `count` − 1, a few at a time. The first error ends it. */
export async function inFlight(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

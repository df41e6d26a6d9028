import { defineConfig } from 'vitest/config';

/** Tests on the real engine (`npm run engine:build` first): apart from the others, which need no Rust. */
export default defineConfig({
  test: {
    include: ['test/engine/**/*.engine.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One file at a time: an engine takes a core, and one of the tests measures speed.
    fileParallelism: false,
  },
});

import { defineConfig } from 'vitest/config';

/** Tests of pages in a real Chromium: apart from the others, which need no browser. */
export default defineConfig({
  test: {
    include: ['test/page/**/*.page.test.ts'],
    globalSetup: ['test/page/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One browser at a time.
    fileParallelism: false,
  },
});

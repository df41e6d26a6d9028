import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those need the engine or a browser: vitest.engine.config.ts, vitest.page.config.ts.
    exclude: [...configDefaults.exclude, 'test/engine/**', 'test/page/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Two cores are what CI has; more workers would only disturb the tests that look at the clock.
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/main.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
});

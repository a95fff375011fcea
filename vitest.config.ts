import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,invariants,scenarios,ralph,test}/**/*.test.{ts,tsx}'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/plain-count-reporter.ts'],
  },
});

import { defineConfig } from 'vitest/config';

/** The tests that mutants are put to; `bench/mutate.mjs` says which. */
export default defineConfig({
  test: {
    include: (process.env.MUTATE_TESTS ?? 'src/ops/**/*.test.ts').split(','),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

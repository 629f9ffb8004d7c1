import { defineConfig } from 'vitest/config';

/** The tests that mutants are put to; `bench/mutate.mjs` says which. */
export default defineConfig({
  test: {
    include: (process.env.MUTATE_TESTS ?? 'src/ops/**/*.test.ts').split(','),
    setupFiles: ['test/setup.ts', 'test/mutant-off.ts'],
    // Stryker ends what does not end; until then a machine may be as slow as it likes.
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    isolate: false,
  },
});

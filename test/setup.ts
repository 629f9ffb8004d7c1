import fc from 'fast-check';

// On CI the same cases every time, so that a change is judged by what it changed; elsewhere others at every run.
if (process.env.CI === 'true') fc.configureGlobal({ seed: 1 });

// For the mutation check: the first cases find nearly every mutant that any find, and nobody reads the smallest of them.
if (process.env.PROPERTY_RUNS !== undefined)
  fc.configureGlobal({ seed: 1, numRuns: Number(process.env.PROPERTY_RUNS), endOnFailure: true });

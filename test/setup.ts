import fc from 'fast-check';

// On CI the same cases every time, so that a change is judged by what it changed; elsewhere others at every run.
if (process.env.CI === 'true') fc.configureGlobal({ seed: 1 });

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll } from 'vitest';

// On CI the same cases every time, so that a change is judged by what it changed; elsewhere others at every run.
if (process.env.CI === 'true') fc.configureGlobal({ seed: 1 });

// For the mutation check: the first cases find nearly every mutant that any find, and nobody reads the smallest of them.
if (process.env.PROPERTY_RUNS !== undefined)
  fc.configureGlobal({ seed: 1, numRuns: Number(process.env.PROPERTY_RUNS), endOnFailure: true });

// Plugins that tests allow, and copies of them, are no matter of whoever runs the tests, nor of other files of tests.
const user = mkdtempSync(join(tmpdir(), 'prismflow-user-'));
afterAll(() => rmSync(user, { recursive: true, force: true }));
for (const name of ['XDG_CONFIG_HOME', 'APPDATA']) process.env[name] = join(user, 'config');
for (const name of ['XDG_CACHE_HOME', 'LOCALAPPDATA']) process.env[name] = join(user, 'cache');

import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';

// One thread runs the tests of many mutants: while a file is loaded, the last one's mutant must not be at work any more.
const stryker = (globalThis as { __stryker__?: { activeMutant?: string } }).__stryker__;
if (stryker !== undefined) delete stryker.activeMutant;

// What is made once, when its module is loaded, stays what it was in a thread that lasts: no test can tell a mutant of it.
// Loaded here, before any test, it counts as static also where a test would have been the first to load it.
const sources = ['src/ops/**/*.ts', 'src/tensor/emit/*.ts'];
const none = ['**/*.test.ts', '**/laws.ts', '**/testing/**'];
await Promise.all(globSync(sources, { ignore: none }).map((path) => import(resolve(path))));

// One thread runs the tests of many mutants: while a file is loaded, the last one's mutant must not be at work any more.
const stryker = (globalThis as { __stryker__?: { activeMutant?: string } }).__stryker__;
if (stryker !== undefined) delete stryker.activeMutant;

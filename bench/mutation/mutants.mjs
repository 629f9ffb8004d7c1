// The mutants of some sources, and samples of them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { prose } from './ignorers.mjs';

const silent = {
  isDebugEnabled: () => false,
  isWarnEnabled: () => false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
};

/** All mutants of these files, as Stryker makes them; those that it is told to leave out are left out. */
export const mutantsOf = async (files) => {
  const { mutants } = await new Instrumenter(silent).instrument(
    files.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') })),
    { ignorers: [prose], excludedMutations: [], plugins: null },
  );
  return mutants.filter(({ status }) => status === undefined);
};

/** What tells a mutant from all others, in a run as in a list; lines and columns from 0. */
export const keyOf = ({ fileName, location: { start, end }, mutatorName, replacement }) =>
  [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join('|');

/** Some mutants, each as likely as any other; the same for the same seed. */
export const draw = (mutants, count, seed) => {
  const lot = (mutant) =>
    createHash('sha256')
      .update(`${seed}|${keyOf(mutant)}`)
      .digest('hex');
  return mutants
    .map((mutant) => [lot(mutant), mutant])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, mutant]) => mutant);
};

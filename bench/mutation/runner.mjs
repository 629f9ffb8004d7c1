// Stryker's runner for vitest, which loads everything once, and puts a mutant to the likeliest tests first.
import { relative } from 'node:path';
import {
  commonTokens,
  declareFactoryPlugin,
  declareValuePlugin,
  PluginKind,
  tokens,
} from '@stryker-mutator/api/plugin';
import { MutantRunStatus } from '@stryker-mutator/api/test-runner';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';
import { drawn, prose, unsampled } from './ignorers.mjs';
import { keepThread } from './lasting-thread.mjs';
import { keyOf } from './mutants.mjs';
import { tiersOf } from './parts.mjs';

class TieredRunner {
  #vitest;
  #root = process.env.MUTATE_ROOT;

  constructor(vitest) {
    this.#vitest = vitest;
  }

  capabilities() {
    return this.#vitest.capabilities();
  }

  async init() {
    await this.#vitest.init();
    for (const project of this.#vitest.ctx.projects) keepThread(project);
  }

  dryRun(options) {
    return this.#vitest.dryRun(options);
  }

  async mutantRun(options) {
    const { activeMutant: mutant, testFilter } = options;
    const file = relative(this.#root, mutant.fileName);
    // Stryker makes every mutant of the place of one that was drawn, and of what is around it.
    const isDrawn = (each) => keyOf(each) === keyOf({ ...mutant, fileName: file });
    if (drawn !== undefined && !drawn.get(file)?.some(isDrawn))
      return { status: MutantRunStatus.Error, errorMessage: 'not in the sample' };
    let nrOfTests = 0;
    for (const tests of tiersOf(file, testFilter)) {
      const result = await this.#vitest.mutantRun({ ...options, testFilter: tests });
      if (result.status !== MutantRunStatus.Survived) return result;
      nrOfTests += result.nrOfTests;
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }

  dispose() {
    return this.#vitest.dispose();
  }
}

const tieredRunner = (injector) => new TieredRunner(vitestPlugins[0].factory(injector));
tieredRunner.inject = tokens(commonTokens.injector);

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, 'tiered', tieredRunner),
  declareValuePlugin(PluginKind.Ignore, 'prose', prose),
  declareValuePlugin(PluginKind.Ignore, 'unsampled', unsampled),
];

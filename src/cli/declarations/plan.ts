import type { PlanArguments } from '../commands/plan.js';
import {
  allowOption,
  allowPluginOption,
  jobsOption,
  jsonOption,
  memoryOption,
  setOption,
  TARGET,
} from '../options.js';
import type { Declare } from './declare.js';

/** `pipe plan`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[pipeline]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .addOption(allowOption())
    .addOption(jobsOption(''))
    .addOption(memoryOption())
    .option(
      '--trial',
      'take a few steps of a training, to say how long it takes and in how much memory',
      false,
    )
    .addOption(jsonOption())
    .action(
      on(async (target: string | undefined, options: PlanArguments) =>
        (await import('../commands/plan.js')).plan(target, options, terminal),
      ),
    );
};

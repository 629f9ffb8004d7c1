import type { CheckArguments } from '../commands/check.js';
import { allowPluginOption, jsonOption, setOption, TARGET } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe check`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[pipelines...]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .addOption(jsonOption('print diagnostics as JSON lines'))
    .action(
      on(async (targets: string[], options: CheckArguments) =>
        (await import('../commands/check.js')).check(targets, options, terminal),
      ),
    );
};

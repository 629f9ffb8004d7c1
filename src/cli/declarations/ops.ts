import type { OpsArguments } from '../commands/ops.js';
import { allowPluginOption, jsonOption, pluginOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe ops`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[name]', 'an operator')
    .addOption(jsonOption())
    .addOption(pluginOption())
    .addOption(allowPluginOption())
    .action(
      on(async (name: string | undefined, options: OpsArguments) =>
        (await import('../commands/ops.js')).ops(name, options, terminal),
      ),
    );
};

import type { PluginArguments } from '../allow-plugins.js';
import { allowPluginOption, pluginOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe schema`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .addOption(pluginOption())
    .addOption(allowPluginOption())
    .action(
      on(async (options: PluginArguments) =>
        (await import('../commands/schema.js')).schema(options, terminal),
      ),
    );
};

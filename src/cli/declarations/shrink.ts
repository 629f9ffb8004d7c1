import type { ShrinkArguments } from '../commands/shrink.js';
import { allowPluginOption, engineOption, setOption, TARGET, timeoutOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe shrink`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('<file>', 'the photo')
    .requiredOption('--pipeline <pipeline>', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .option('--to <folder>', 'where to put what is found (default: shrunk/…)')
    .addOption(engineOption())
    .addOption(timeoutOption())
    .action(
      on(async (file: string, options: ShrinkArguments) =>
        (await import('../commands/shrink.js')).shrinkFile(file, options, terminal),
      ),
    );
};

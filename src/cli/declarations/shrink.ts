import type { ShrinkArguments } from '../commands/shrink.js';
import { allowPluginOption, engineOption, setOption, TARGET, timeoutOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe shrink`. */
export const declare: Declare = (pipe, on, terminal) => {
  pipe
    .command('shrink')
    .description('find the smallest crop and parameters with which an operator fails on a photo')
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

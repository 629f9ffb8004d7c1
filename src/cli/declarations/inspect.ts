import type { InspectArguments } from '../commands/inspect.js';
import { jsonOption, memoryOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe inspect`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('<files...>', 'photos')
    .addOption(memoryOption('what decoding a photo may take, as in 2G; larger ones are not decoded (1G)'))
    .addOption(jsonOption('print JSON, a line for each file'))
    .action(
      on(async (files: string[], options: InspectArguments) =>
        (await import('../commands/inspect.js')).inspectFiles(files, options, terminal),
      ),
    );
};

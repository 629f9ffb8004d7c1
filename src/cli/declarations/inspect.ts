import type { InspectArguments } from '../commands/inspect.js';
import { jsonOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe inspect`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('<files...>', 'photos')
    .addOption(jsonOption('print JSON, a line for each file'))
    .action(
      on(async (files: string[], options: InspectArguments) =>
        (await import('../commands/inspect.js')).inspectFiles(files, options, terminal),
      ),
    );
};

import type { StatusArguments } from '../commands/status.js';
import { jsonOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe status`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument(
      '[folders...]',
      'folders of results; the pipelines’ own and those below here unless some are given',
    )
    .addOption(jsonOption())
    .action(
      on(async (folders: string[], options: StatusArguments) =>
        (await import('../commands/status.js')).status(folders, options, terminal),
      ),
    );
};

import type { ModelsArguments } from '../commands/models.js';
import { jsonOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe models`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[models...]', 'folders of trainings and models, or prismflow:NAME')
    .addOption(jsonOption())
    .action(
      on(async (names: string[], options: ModelsArguments) =>
        (await import('../commands/models.js')).models(names, options, terminal),
      ),
    );
};

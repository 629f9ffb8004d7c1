import type { Declare } from './declare.js';

/** `pipe new`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[template]', 'an example; without it they are listed')
    .argument('[folder]', 'where to put it', '.')
    .action(
      on(async (template: string | undefined, folder: string) =>
        (await import('../commands/new.js')).create(template, folder, terminal),
      ),
    );
};

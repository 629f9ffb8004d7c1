import type { Declare } from './declare.js';

/** `pipe explain`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[code]', 'as in `value/range`; without it all are listed')
    .action(
      on(async (code: string | undefined) =>
        (await import('../commands/explain.js')).explain(code, terminal),
      ),
    );
};

import type { Declare } from './declare.js';

/** `pipe explain`. */
export const declare: Declare = (pipe, on, terminal) => {
  pipe
    .command('explain')
    .description('explain the code of a diagnostic')
    .argument('[code]', 'as in `value/range`; without it all are listed')
    .action(
      on(async (code: string | undefined) =>
        (await import('../commands/explain.js')).explain(code, terminal),
      ),
    );
};

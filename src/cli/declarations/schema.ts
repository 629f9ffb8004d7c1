import type { Declare } from './declare.js';

/** `pipe schema`. */
export const declare: Declare = (pipe, on, terminal) => {
  pipe
    .command('schema')
    .description('print the JSON Schema of the pipeline language, for editors')
    .action(on(async () => (await import('../commands/schema.js')).schema(terminal)));
};

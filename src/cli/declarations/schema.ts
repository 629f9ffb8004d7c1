import type { Declare } from './declare.js';

/** `pipe schema`. */
export const declare: Declare = (command, on, terminal) => {
  command.action(on(async () => (await import('../commands/schema.js')).schema(terminal)));
};

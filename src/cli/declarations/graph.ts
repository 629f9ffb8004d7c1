import { Option } from 'commander';
import type { GraphArguments } from '../commands/graph.js';
import { allowPluginOption, setOption, TARGET } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe graph`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[pipeline]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .addOption(
      new Option('--format <format>', 'what to draw').choices(['mermaid', 'svg', 'json']).default('mermaid'),
    )
    .action(
      on(async (target: string | undefined, options: GraphArguments) =>
        (await import('../commands/graph.js')).graph(target, options, terminal),
      ),
    );
};

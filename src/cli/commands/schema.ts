import { printableJson } from '../../diagnostics/index.js';
import { builtIn } from '../../ops/index.js';
import { languageSchema } from '../../pipelines/schema.js';
import { type Exit, exit } from '../exit.js';
import type { Terminal } from '../terminal.js';

/** `pipe schema`: the JSON Schema of the pipeline language. */
export const schema = async ({ out }: Terminal): Promise<Exit> => {
  out(`${printableJson(languageSchema(builtIn), 2)}\n`);
  return exit.done;
};

import { builtIn } from '../../ops/index.js';
import { languageSchema } from '../../pipelines/schema.js';
import { type Exit, exit, type Terminal } from '../terminal.js';

/** `pipe schema`: the JSON Schema of the pipeline language. */
export const schema = async ({ out }: Terminal): Promise<Exit> => {
  out(`${JSON.stringify(languageSchema(builtIn), null, 2)}\n`);
  return exit.done;
};

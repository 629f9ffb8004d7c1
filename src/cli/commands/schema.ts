import * as E from 'fp-ts/lib/Either.js';
import { printableJson } from '../../diagnostics/index.js';
import { languageSchema } from '../../pipelines/schema.js';
import { namedPlugins, type PluginArguments } from '../allow-plugins.js';
import { type Exit, exit } from '../exit.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** `pipe schema`: the JSON Schema of the pipeline language, with what plugins add to it. */
export const schema = async (plugins: PluginArguments, terminal: Terminal): Promise<Exit> => {
  const known = await namedPlugins(plugins, terminal)();
  if (E.isLeft(known)) {
    printDiagnostics(terminal, known.left);
    return exit.wrong;
  }
  terminal.out(`${printableJson(languageSchema(known.right.registry), 2)}\n`);
  return exit.done;
};

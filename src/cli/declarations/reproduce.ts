import type { ReproduceArguments } from '../commands/reproduce.js';
import { listed } from '../option-values.js';
import { allowPluginOption, jsonOption, memoryOption, overwriteOption, timeoutOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe reproduce`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('<file>', 'a result of a pipeline')
    .option('--input <path>', 'where the photo is that it was made of, if it was moved')
    .option(
      '--read <folder>',
      'a folder below which the receipt may have files read, beside the photo’s own and this one; can be given several times',
      listed,
      [],
    )
    .addOption(allowPluginOption())
    .option('--engine <name>', 'where tensor work runs (default: as in the receipt)')
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .option('--keep <file>', 'write what is made now to a file')
    .addOption(overwriteOption())
    .addOption(jsonOption('print it as JSON, the whole receipt included'))
    .action(
      on(async (file: string, options: ReproduceArguments) =>
        (await import('../commands/reproduce.js')).reproduceFile(file, options, terminal),
      ),
    );
};

import type { ApplyArguments } from '../commands/apply.js';
import { share } from '../option-values.js';
import {
  allowPluginOption,
  certifyOption,
  engineOption,
  eventsOption,
  jobsOption,
  memoryOption,
  overwriteOption,
  pluginOption,
  quietOption,
  retryOption,
} from '../options.js';
import type { Declare } from './declare.js';

/** `pipe apply`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument(
      '<model>',
      'the folder of a training, or of a model; prismflow:NAME for one that ships; an ONNX file',
    )
    .argument('<photos...>', 'photos, and folders of them')
    .option('--to <folder>', 'where the results go', 'edited')
    .addOption(overwriteOption('files'))
    .option('--strength <number>', 'how far to go from the photo to the edit', share, 1)
    .addOption(engineOption())
    .addOption(jobsOption())
    .addOption(memoryOption())
    .addOption(certifyOption())
    .addOption(retryOption())
    .addOption(eventsOption())
    .addOption(quietOption())
    .addOption(pluginOption())
    .addOption(allowPluginOption())
    .action(
      on(async (model: string, photos: string[], options: ApplyArguments) =>
        (await import('../commands/apply.js')).apply(model, photos, options, terminal),
      ),
    );
};

import { Option } from 'commander';
import type { ExportOptions } from '../commands/export.js';
import { count, pixelSize, share, tableSize } from '../option-values.js';
import { allowPluginOption, overwriteOption, pluginOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe export`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('<run>', 'the folder of the model, as `snapshot` writes it')
    .requiredOption('--to <file>', 'the ONNX file, or the table where its name ends in .cube')
    .addOption(overwriteOption())
    .option('--strength <number>', 'how far to go from the photo to the edit', share, 1)
    .option('--trust <number>', 'how much to lean back to the photo where snapshots disagree', share, 0)
    .addOption(
      new Option('--average <what>', 'what is averaged')
        .choices(['predictions', 'weights'])
        .default('predictions'),
    )
    .option('--members <n>', 'so many of the last snapshots (all)', count)
    .addOption(
      new Option('--at <state>', 'the latest checkpoint of a training, in the place of snapshots').choices([
        'latest',
      ]),
    )
    .addOption(
      new Option('--pixels <kind>', 'floats 0..1, or bytes').choices(['float', 'uint8']).default('float'),
    )
    .option('--size <WxH>', 'for pictures of one size (any)', pixelSize)
    .option('--photos <folder>', 'photos that a .cube is fitted to (drawn scenes)')
    .option('--entries <n>', 'entries along a side of a .cube', tableSize, 33)
    .addOption(pluginOption())
    .addOption(allowPluginOption())
    .action(
      on(async (run: string, options: ExportOptions) =>
        (await import('../commands/export.js')).exportModel(run, options, terminal),
      ),
    );
};

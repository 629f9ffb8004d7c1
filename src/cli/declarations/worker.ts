import { InvalidArgumentError, Option } from 'commander';
import type { WorkerArguments } from '../commands/worker.js';
import { listed, time } from '../option-values.js';
import { allowPluginOption, jobsOption, memoryOption, onOption, quietOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe worker`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .addOption(onOption('where the queue is').makeOptionMandatory())
    .addOption(jobsOption())
    .addOption(memoryOption())
    .option('--engine <name>', 'take runs of this engine alone (any that starts here)')
    .addOption(
      new Option(
        '--root <folder>',
        'a folder, or objects (s3://bucket/prefix), below which photos are read and results written; can be given several times',
      )
        .argParser(listed)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--map <there=here>',
        'a folder of the machine of the run, and where it is here, as in /mnt/photos=/srv/photos; can be given several times',
      )
        .argParser((given: string, before: readonly string[]) => {
          if (!/^[^=]+=[^=]+$/.test(given)) throw new InvalidArgumentError('It is written THERE=HERE.');
          return listed(given, before);
        })
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--grace <time>',
        'what photos may take that it is at when it is told to end; then they go back to the queue',
      )
        .argParser(time)
        .default(25, '25s'),
    )
    .addOption(allowPluginOption())
    .addOption(quietOption())
    .action(
      on(async (options: WorkerArguments) =>
        (await import('../commands/worker.js')).worker(options, terminal),
      ),
    );
};

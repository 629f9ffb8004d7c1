import type { WatchArguments } from '../commands/watch.js';
import { seconds } from '../option-values.js';
import {
  allowOption,
  allowPluginOption,
  certifyOption,
  engineOption,
  eventsOption,
  jobsOption,
  memoryOption,
  quietOption,
  retryOption,
  setOption,
  TARGET,
  timeoutOption,
} from '../options.js';
import type { Declare } from './declare.js';

/** `pipe watch`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[pipeline]', `${TARGET}; the drop folder watch/ unless one is given`)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .addOption(allowOption())
    .option(
      '--poll <seconds>',
      'look every so often instead of listening, as network drives need it',
      seconds,
    )
    .addOption(engineOption())
    .addOption(jobsOption())
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .addOption(certifyOption())
    .addOption(retryOption())
    .addOption(eventsOption())
    .addOption(quietOption())
    .action(
      on(async (target: string | undefined, options: WatchArguments) =>
        (await import('../commands/watch.js')).watch(target, options, terminal),
      ),
    );
};

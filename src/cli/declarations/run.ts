import type { RunArguments } from '../commands/run.js';
import {
  allowOption,
  allowPluginOption,
  certifyOption,
  engineOption,
  eventsOption,
  jobsOption,
  memoryOption,
  onOption,
  quietOption,
  retryOption,
  setOption,
  TARGET,
  timeoutOption,
} from '../options.js';
import type { Declare } from './declare.js';

/** `pipe run`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument('[pipeline]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .addOption(allowOption())
    .addOption(engineOption())
    .addOption(jobsOption(' (as many as processors, one more to train)'))
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .addOption(certifyOption())
    .addOption(retryOption())
    .option('--laws', 'fail photos on which an operator gives what is no number, or out of range', false)
    .option(
      '--resume',
      'go on with a training from its latest checkpoint; with --on, with a run that is in the queue',
      false,
    )
    .addOption(
      onOption(
        'have the photos worked on by the `pipe worker`s of this queue; none: here, whatever the file says',
      ),
    )
    .addOption(eventsOption())
    .addOption(quietOption())
    .action(
      on(async (target: string | undefined, options: RunArguments) =>
        (await import('../commands/run.js')).run(target, options, terminal),
      ),
    );
};

import type { Command, Option } from 'commander';
import type { MetricsArguments, QueueArguments, QueueViewArguments } from '../commands/queue.js';
import { jsonOption, onOption } from '../options.js';
import type { Declare } from './declare.js';

const where = (): Option => onOption('where the queue is');

/** `pipe queue`. */
export const declare: Declare = (command, on, terminal) => {
  const load = () => import('../commands/queue.js');
  command
    .addOption(where())
    .addOption(jsonOption())
    .action(on(async (options: QueueViewArguments) => (await load()).showQueue(options, terminal)));
  const ofRun = (name: 'cancel' | 'retry', description: string): void => {
    command
      .command(name)
      .description(description)
      .argument('<run>', 'the id of a run, as `pipe queue` shows it')
      .addOption(where())
      // Where the queue is may be said of `queue` as well.
      .action(
        on(async (run: string, _: QueueArguments, called: Command) =>
          (await load()).changeRun(name, run, called.optsWithGlobals(), terminal),
        ),
      );
  };
  const ofAll = (name: 'pause' | 'resume' | 'drain', description: string): void => {
    command
      .command(name)
      .description(description)
      .addOption(where())
      .action(
        on(async (_: QueueArguments, called: Command) =>
          (await load()).changeQueue(name, called.optsWithGlobals(), terminal),
        ),
      );
  };
  command
    .command('metrics')
    .description('print what there is as Prometheus reads it, or listen for who asks')
    .addOption(where())
    .option('--listen <host:port>', 'answer GET /metrics there until it is stopped')
    .action(
      on(async (_: MetricsArguments, called: Command) =>
        (await load()).showMetrics(called.optsWithGlobals(), terminal),
      ),
    );
  ofRun('cancel', 'take a run out of the queue');
  ofRun('retry', 'have the dead photos of a run worked on again');
  ofAll('pause', 'have workers take no more photos until `resume`');
  ofAll('resume', 'let a queue that was paused go on');
  ofAll('drain', 'have all workers finish what they are at, and end');
};

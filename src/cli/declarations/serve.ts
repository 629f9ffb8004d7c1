import { Option } from 'commander';
import type { ServeArguments } from '../commands/serve.js';
import { bytes, duration, listed, network, port, publicOrigin } from '../option-values.js';
import { engineOption, jobsOption, memoryOption, timeoutOption } from '../options.js';
import type { Declare } from './declare.js';
import { declareTokens } from './serve-token.js';

/** `pipe serve`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .argument(
      '[file]',
      'a YAML file whose pipelines are on offer beside those of the models that ship; pipelines.yaml, if there is one',
    )
    .option(
      '--host <address>',
      'where to listen; elsewhere than on this machine a token is needed',
      '127.0.0.1',
    )
    .addOption(
      new Option('--port <n>', 'at which port; 0 for any that is free').argParser(port).default(8080),
    )
    .addOption(
      new Option(
        '--origin <address>',
        'what a proxy serves it as, as in https://photos.example.org; can be given several times',
      )
        .argParser((given: string, before: readonly string[]) => listed(publicOrigin(given), before))
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--trust-proxy <address>',
        'a proxy, or a network of them as in 10.0.0.0/8, whose X-Forwarded-For says who asks; can be given several times',
      )
        .argParser((given: string, before: readonly string[]) => listed(network(given), before))
        .default([], 'this machine, with --origin'),
    )
    .option('--open', 'open the page in a browser', false)
    .addOption(engineOption())
    .addOption(jobsOption(' beside previews (one for two processors)'))
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .option(
      '--state <folder>',
      'where photos, jobs, presets and tokens are kept (a folder of the user’s state)',
    )
    .addOption(
      new Option('--keep <time>', 'how long photos and results are kept, as in 12h or 7d')
        .argParser(duration)
        .default(86_400, '24h'),
    )
    .addOption(
      new Option(
        '--disk <size>',
        'what photos and results may take on the disk, as in 50G (half of what is free)',
      ).argParser(bytes),
    )
    .addOption(
      new Option(
        '--root <folder>',
        'a folder below which jobs may name photos by their paths; can be given several times',
      )
        .argParser(listed)
        .default([], 'none'),
    )
    .option('--allow-urls', 'let jobs fetch photos from https URLs of the public internet', false)
    .option('--allow-private-webhooks', 'let webhooks go to any address, and by http', false)
    .option('--verbose', 'log every request', false)
    .action(
      on(async (file: string | undefined, options: ServeArguments) =>
        (await import('../commands/serve.js')).serve(file, options, terminal),
      ),
    );
  declareTokens(command, on, terminal);
};

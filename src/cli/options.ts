import { InvalidArgumentError, Option } from 'commander';
import { isDigest } from '../pipelines/plugins/digest.js';
import { engineNames, USUAL_ENGINE } from '../tensor/engines.js';
import { assigned, bytes, count, listed, time } from './option-values.js';

// Options that several commands take.

/** What a pipeline is given as. */
export const TARGET = 'a YAML file, FILE#NAME, a NAME in pipelines.yaml, or that of a model that ships';

/** `--set name=value`, as often as there are parameters. */
export const setOption = (): Option =>
  new Option('--set <name=value>', 'a parameter of the pipeline; can be given several times')
    .argParser(assigned)
    .default({}, 'none');

/** `--engine cpu`. */
export const engineOption = (): Option =>
  new Option('--engine <name>', `where tensor work runs: auto, ${engineNames.join(', ')}`).default(
    USUAL_ENGINE,
  );

/** `--jobs 2`. @param usual how many there are by default */
export const jobsOption = (usual = ' (as many as processors)'): Option =>
  new Option('--jobs <n>', `photos worked on at once${usual}`).argParser(count);

/** `--memory 2G`. */
export const memoryOption = (
  what = 'what photos may take together, as in 2G: they wait for each other, go in tiles or are refused (half of what is free)',
): Option => new Option('--memory <size>', what).argParser(bytes);

/** `--on redis://host:6379`. */
export const onOption = (what: string): Option =>
  new Option('--on <redis://host:port>', `${what}; rediss:// for TLS, user:password@ before the host`);

/** `--timeout 10m`. */
export const timeoutOption = (): Option =>
  new Option(
    '--timeout <time>',
    'what a photo may take, as in 90s, 10m or 2h, or none (5m, and 3m more for each of its megapixels)',
  ).argParser(time);

const flag = (name: string, description: string): Option => new Option(name, description).default(false);

/** `--certify`. */
export const certifyOption = (): Option =>
  flag('--certify', 'check the seams of tiles and of panoramas, and note the difference');

/** `--retry`. */
export const retryOption = (): Option =>
  flag('--retry', 'try again what failed before, though nothing has changed');

/** `--overwrite`. */
export const overwriteOption = (what = 'the file'): Option =>
  flag('--overwrite', `write over ${what} that is there`);

/** `--json`. */
export const jsonOption = (description = 'print it as JSON'): Option => flag('--json', description);

/** `--json`, of a command that runs a pipeline. */
export const eventsOption = (): Option => jsonOption('print events as JSON lines');

/** `--quiet`. */
export const quietOption = (): Option => flag('--quiet', 'print nothing but what went wrong');

/** `--allow s3://bucket/prefix`, as often as there are places. */
export const allowOption = (): Option =>
  new Option(
    '--allow <address>',
    'a place in the network that the pipeline’s file may use: s3://bucket/prefix, redis://host:6379; can be given several times',
  )
    .argParser(listed)
    .default([], 'those in PRISMFLOW_ALLOW');

/** `--allow-plugin sha256:…`, as often as there are plugins. */
export const allowPluginOption = (): Option =>
  new Option(
    '--allow-plugin <digest>',
    'let a plugin run, by the digest of its content (sha256:…), now and from now on; can be given several times',
  )
    .argParser((given: string, before: readonly string[]) => {
      if (!isDigest(given))
        throw new InvalidArgumentError('It is `sha256:` and 64 digits, as `pipe check` says it of a plugin.');
      return [...before, given];
    })
    .default([], 'those allowed before');

/** `--plugin ./mine.mjs`, as often as there are plugins, of a command that is given no pipeline's file to name them. */
export const pluginOption = (): Option =>
  new Option(
    '--plugin <module>',
    'a plugin that defines what is needed, such as the network of a model: its file, or a package; can be given several times',
  )
    .argParser(listed)
    .default([], 'none');

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LEAST_MEMORY, LEAST_TIMEOUT, MOST_JOBS, MOST_TIMEOUT } from '../execution/run-limits.js';
import { allowPluginOption } from './allow-plugins.js';
import { guarded } from './guarded-terminal.js';
import { type Exit, exit, type Terminal } from './terminal.js';
import { version } from './version.js';

/**
 * Runs a command line and gives its exit status. Commands are loaded when they are called, so that `--help` does not
 * wait for them.
 */
export const program = async (args: readonly string[], outside: Terminal): Promise<Exit> => {
  const terminal = guarded(outside);
  let status: Exit = exit.done;
  const on =
    <A extends readonly unknown[]>(action: (...given: A) => Promise<Exit>) =>
    async (...given: A): Promise<void> => {
      status = await action(...given);
    };

  const pipe = new Command('pipe')
    .description('Edit photos with pipelines of typed operators')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('Try `pipe --help`.')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .configureHelp({ helpWidth: Math.min(terminal.width(), 100) })
    .exitOverride();

  pipe
    .command('run')
    .description('compile and run a pipeline')
    .argument('[pipeline]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .option('--engine <name>', 'where tensor work runs: auto, cpu, webgpu, cuda, …', 'cpu')
    .option('--jobs <n>', 'photos worked on at once (as many as processors, one more to train)', count)
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .option('--certify', 'compute the joins of tiles and panoramas again, and note the difference', false)
    .option('--retry', 'try again what failed before, though nothing has changed', false)
    .option('--laws', 'fail photos on which an operator gives what is no number, or out of range', false)
    .option('--resume', 'go on with a training from its latest checkpoint', false)
    .option('--json', 'print events as JSON lines', false)
    .option('--quiet', 'print nothing but what went wrong', false)
    .action(
      on(async (target: string | undefined, options) =>
        (await import('./commands/run.js')).run(target, options, terminal),
      ),
    );

  pipe
    .command('watch')
    .description('edit photos as they come to a folder, for ever')
    .argument('[pipeline]', `${TARGET}; the drop folder watch/ unless one is given`)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .option(
      '--poll <seconds>',
      'look every so often instead of listening, as network drives need it',
      seconds,
    )
    .option('--engine <name>', 'where tensor work runs: auto, cpu, webgpu, cuda, …', 'cpu')
    .option('--jobs <n>', 'photos worked on at once (as many as processors)', count)
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .option('--certify', 'compute the joins of tiles and panoramas again, and note the difference', false)
    .option('--retry', 'try again what failed before, though nothing has changed', false)
    .option('--json', 'print events as JSON lines', false)
    .option('--quiet', 'print nothing but what went wrong', false)
    .action(
      on(async (target: string | undefined, options) =>
        (await import('./commands/watch.js')).watch(target, options, terminal),
      ),
    );

  pipe
    .command('reproduce')
    .description('make a result again from its receipt, and compare')
    .argument('<file>', 'a result of a pipeline')
    .option('--input <path>', 'where the photo is that it was made of, if it was moved')
    .option(
      '--read <folder>',
      'a folder below which the receipt may have files read, beside the photo’s own and this one; can be given several times',
      listed,
      [],
    )
    .addOption(allowPluginOption())
    .option('--engine <name>', 'where tensor work runs; as in the receipt unless given')
    .addOption(memoryOption())
    .addOption(timeoutOption())
    .option('--keep <file>', 'write what is made now to a file')
    .option('--json', 'print it as JSON, the whole receipt included', false)
    .action(
      on(async (file: string, options) =>
        (await import('./commands/reproduce.js')).reproduceFile(file, options, terminal),
      ),
    );

  pipe
    .command('shrink')
    .description('find the smallest crop and parameters with which an operator fails on a photo')
    .argument('<file>', 'the photo')
    .requiredOption('--pipeline <pipeline>', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .option('--to <folder>', 'where to put what is found; shrunk/… unless given')
    .option('--engine <name>', 'where tensor work runs: auto, cpu, webgpu, cuda, …', 'cpu')
    .addOption(timeoutOption())
    .action(
      on(async (file: string, options) =>
        (await import('./commands/shrink.js')).shrinkFile(file, options, terminal),
      ),
    );

  pipe
    .command('status')
    .description('say what was done in folders of results, and what failed there')
    .argument(
      '[folders...]',
      'folders of results; the pipelines’ own and those below here unless some are given',
    )
    .option('--json', 'print it as JSON', false)
    .action(
      on(async (folders: string[], options) =>
        (await import('./commands/status.js')).status(folders, options, terminal),
      ),
    );

  pipe
    .command('check')
    .description('say all that is wrong with pipelines, without running them')
    .argument('[pipelines...]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .option('--json', 'print diagnostics as JSON lines', false)
    .action(
      on(async (targets: string[], options) =>
        (await import('./commands/check.js')).check(targets, options, terminal),
      ),
    );

  pipe
    .command('plan')
    .description('show what would run: steps, shapes, cost, and what is done already')
    .argument('[pipeline]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .option('--jobs <n>', 'photos worked on at once', count)
    .addOption(memoryOption())
    .option('--json', 'print it as JSON', false)
    .action(
      on(async (target: string | undefined, options) =>
        (await import('./commands/plan.js')).plan(target, options, terminal),
      ),
    );

  pipe
    .command('graph')
    .description('draw a pipeline')
    .argument('[pipeline]', TARGET)
    .addOption(setOption())
    .addOption(allowPluginOption())
    .addOption(
      new Option('--format <format>', 'what to draw').choices(['mermaid', 'svg', 'json']).default('mermaid'),
    )
    .action(
      on(async (target: string | undefined, options) =>
        (await import('./commands/graph.js')).graph(target, options, terminal),
      ),
    );

  pipe
    .command('ops')
    .description('list the operators, or explain one')
    .argument('[name]', 'an operator')
    .option('--json', 'print it as JSON', false)
    .action(
      on(async (name: string | undefined, options) =>
        (await import('./commands/ops.js')).ops(name, options, terminal),
      ),
    );

  pipe
    .command('schema')
    .description('print the JSON Schema of the pipeline language, for editors')
    .action(on(async () => (await import('./commands/schema.js')).schema(terminal)));

  pipe
    .command('new')
    .description('start from an example')
    .argument('[template]', 'an example; without it they are listed')
    .argument('[folder]', 'where to put it', '.')
    .action(
      on(async (template: string | undefined, folder: string) =>
        (await import('./commands/new.js')).create(template, folder, terminal),
      ),
    );

  pipe
    .command('apply')
    .description('edit photos with a trained model')
    .argument(
      '<model>',
      'the folder of a training, or of a model; prismflow:NAME for one that ships; an ONNX file',
    )
    .argument('<photos...>', 'photos, and folders of them')
    .option('--to <folder>', 'where the results go', 'edited')
    .option('--strength <number>', 'how far to go from the photo to the edit', share, 1)
    .option('--engine <name>', 'where tensor work runs: auto, cpu, webgpu, cuda, …', 'cpu')
    .option('--jobs <n>', 'photos worked on at once (as many as processors)', count)
    .addOption(memoryOption())
    .option('--certify', 'compute the joins of tiles and panoramas again, and note the difference', false)
    .option('--retry', 'try again what failed before, though nothing has changed', false)
    .option('--json', 'print events as JSON lines', false)
    .option('--quiet', 'print nothing but what went wrong', false)
    .action(
      on(async (model: string, photos: string[], options) =>
        (await import('./commands/apply.js')).apply(model, photos, options, terminal),
      ),
    );

  pipe
    .command('models')
    .description('list the models that ship, or describe those of folders')
    .argument('[models...]', 'folders of trainings and models, or prismflow:NAME')
    .option('--json', 'print it as JSON', false)
    .action(
      on(async (names: string[], options) =>
        (await import('./commands/models.js')).models(names, options, terminal),
      ),
    );

  pipe
    .command('export')
    .description(
      'write a trained model as one ONNX file, checked against the model, or its global part as a .cube table',
    )
    .argument('<run>', 'the folder of the model, as `snapshot` writes it')
    .requiredOption('--to <file>', 'the ONNX file, or the table where its name ends in .cube')
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
    .action(
      on(async (run: string, options) =>
        (await import('./commands/export.js')).exportModel(run, options, terminal),
      ),
    );

  pipe
    .command('doctor')
    .description('say which engines work here, and what is missing')
    .option('--json', 'print it as JSON', false)
    .action(on(async (options) => (await import('./commands/doctor.js')).doctor(options, terminal)));

  pipe
    .command('explain')
    .description('explain the code of a diagnostic')
    .argument('[code]', 'as in `value/range`; without it all are listed')
    .action(
      on(async (code: string | undefined) => (await import('./commands/explain.js')).explain(code, terminal)),
    );

  try {
    await pipe.parseAsync([...args], { from: 'user' });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exit.done : exit.wrong;
    throw thrown;
  }
};

const TARGET = 'a YAML file, FILE#NAME, or a NAME in pipelines.yaml';

/** `--set name=value`, as often as there are parameters. */
const setOption = (): Option =>
  new Option('--set <name=value>', 'a parameter of the pipeline; can be given several times')
    .argParser((given: string, before: Readonly<Record<string, string>>) => {
      const sign = given.indexOf('=');
      if (sign < 1) throw new InvalidArgumentError('It is written name=value.');
      return { ...before, [given.slice(0, sign)]: given.slice(sign + 1) };
    })
    .default({}, 'none');

/** `--memory 2G`. */
const memoryOption = (): Option =>
  new Option(
    '--memory <size>',
    'what photos may take together, as in 2G: they wait for each other, go in tiles or are refused (half of what is free)',
  ).argParser(bytes);

const listed = (given: string, before: readonly string[]): readonly string[] => [...before, given];

/** `--timeout 10m`. */
const timeoutOption = (): Option =>
  new Option(
    '--timeout <time>',
    'what a photo may take, as in 90s, 10m or 2h, or none (5m, and 3m more for each of its megapixels)',
  ).argParser(time);

const time = (given: string): number => {
  if (given === 'none') return Number.POSITIVE_INFINITY;
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,9})?)([smh]?)$/.exec(given) ?? [];
  const value = Number(number) * ({ m: 60, h: 3600 }[unit] ?? 1);
  if (!(value >= LEAST_TIMEOUT && value <= MOST_TIMEOUT))
    throw new InvalidArgumentError('It is a time from 0.1s to 30 days, as in 90s, 10m or 2h, or none.');
  return value;
};

const seconds = (given: string): number => {
  const n = Number(given);
  if (!(n >= 0.1 && n <= 86_400)) throw new InvalidArgumentError('It is a number of seconds from 0.1 on.');
  return n;
};

const count = (given: string): number => {
  const n = Number(given);
  if (!Number.isInteger(n) || n < 1 || n > MOST_JOBS)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_JOBS}.`);
  return n;
};

const tableSize = (given: string): number => {
  const n = Number(given);
  if (!Number.isInteger(n) || n < 2 || n > 129)
    throw new InvalidArgumentError('It is a whole number from 2 to 129.');
  return n;
};

const share = (given: string): number => {
  const value = Number(given);
  if (given.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It is a number from 0 to 1.');
  return value;
};

const pixelSize = (given: string): { readonly width: number; readonly height: number } => {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(given) ?? [];
  if (!(Number(width) > 0 && Number(height) > 0))
    throw new InvalidArgumentError('It is a width and a height in pixels, as in 1920x1080.');
  return { width: Number(width), height: Number(height) };
};

const bytes = (given: string): number => {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) *([kmgt]?)i?b?$/i.exec(given) ?? [];
  const value = Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
  if (!(value >= LEAST_MEMORY && value <= Number.MAX_SAFE_INTEGER))
    throw new InvalidArgumentError('It is a size of a megabyte and more, as in 512M or 2G.');
  return value;
};

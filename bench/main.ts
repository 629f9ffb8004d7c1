import { parseArgs } from 'node:util';
import { machine, table, writeSection } from './report.js';
import type { Measure, Suite } from './suite.js';

interface Entry {
  readonly about: string;
  readonly load: () => Promise<{ readonly suite: Suite }>;
}

const suites: Readonly<Record<string, Entry>> = {
  tensor: {
    about: 'convolution, networks and a training step, beside PyTorch and tfjs; about ten minutes',
    load: () => import('./suites/tensor.js'),
  },
  streams: {
    about: 'a folder of photos beside a bare loop, and memory over 10,000 files; about ten minutes',
    load: () => import('./suites/streams.js'),
  },
  train: {
    about: 'training steps beside PyTorch, and how busy the engine is; about ten minutes',
    load: () => import('./suites/train.js'),
  },
  'dark-channel': {
    about: 'speed and quality of the dark channel prior; some minutes',
    load: () => import('./suites/dark-channel.js'),
  },
  dehaze: {
    about: 'quality of the dehazing models, on pairs in ../shared; many minutes',
    load: () => import('./suites/dehaze.js'),
  },
  looks: {
    about:
      'looks on photos not trained on: distance of colours to the look, structure, clipping; some minutes',
    load: () => import('./suites/looks.js'),
  },
  quality: {
    about: 'what the models that ship do to photos in ../shared that they were not trained on; many minutes',
    load: () => import('./suites/quality.js'),
  },
  highres: {
    about: 'large photos from file to file, time and memory; many minutes',
    load: () => import('./suites/highres.js'),
  },
  scale: {
    about:
      'a run on 1 to 64 simulated workers, two real ones beside one process, and a queue of many; about five minutes',
    load: () => import('./suites/scale.js'),
  },
  serve: {
    about: 'jobs through the API beside `pipe run`, looks at them amid work, 200 clients; about ten minutes',
    load: () => import('./suites/serve.js'),
  },
  watch: {
    about: 'time from a dropped photo to its result; about a minute',
    load: () => import('./suites/watch.js'),
  },
};

const USAGE = `usage: npm run bench -- [SUITE…] [--json] [--runs N] [--only CASE] [--help]

Measures, prints a table for each suite, and writes it to bench/RESULTS.md (not with --only).
Without a SUITE all are run, which takes about an hour.

  --runs N     how often each case is run; the median counts. Default: 5
  --only CASE  only this case of the suites (SUITE --help lists them)
  --json       a line of JSON for each case, as soon as it is measured, instead of tables
  --help       this, or what a suite measures

suites:
${Object.entries(suites)
  .map(([name, { about }]) => `  ${name.padEnd(13)}${about}`)
  .join('\n')}`;

const refuse = (complaint: string): never => {
  console.error(`${complaint}\n\n${USAGE}`);
  process.exit(2);
};

const given = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        runs: { type: 'string', default: '5' },
        only: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
};

const { values, positionals } = given();
const { json, only } = values;
const runs = Number(values.runs);
const unknown = positionals.find((name) => !Object.hasOwn(suites, name));
if (unknown !== undefined) refuse(`There is no suite '${unknown}'.`);
if (!Number.isInteger(runs) || runs < 1) refuse(`--runs is a whole number from 1 on, not '${values.runs}'.`);

if (values.help) {
  if (positionals.length === 0) console.log(USAGE);
  for (const name of positionals) {
    const { about, load } = suites[name]!;
    const { suite } = await load();
    console.log(
      [`${name}: ${suite.title}`, `  ${about}`, 'cases:', ...suite.cases.map((each) => `  ${each}`)].join(
        '\n',
      ),
    );
  }
  process.exit(0);
}

/** Says on standard error what is measured, and with `--json` prints each row when it is there. */
const measuring =
  (suite: string): Measure =>
  async (name, run) => {
    console.error(`${suite}: ${name} …`);
    const start = performance.now();
    const row = await run();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.error(`${suite}: ${name}: ${row.ms.toFixed(1)} ms (measured in ${seconds} s)`);
    if (json) console.log(JSON.stringify({ suite, ...row }));
    return row;
  };

const names = positionals.length > 0 ? positionals : Object.keys(suites);
const opened = await Promise.all(
  names.map(async (name) => ({ name, suite: (await suites[name]!.load()).suite })),
);
// The suites' names for a case differ in length: any that has the words is meant.
if (only !== undefined && !opened.some(({ suite }) => suite.cases.some((each) => each.includes(only))))
  refuse(`None of ${names.join(', ')} has a case '${only}'.`);

for (const { name, suite } of opened) {
  const { rows, notes } = await suite.run(runs, only, measuring(name));
  if (json) for (const note of notes) console.error(note);
  else console.log([`## ${suite.title}`, table(rows), ...notes].join('\n\n'));
  if (only === undefined) {
    const date = new Date().toISOString().slice(0, 10);
    writeSection(
      name,
      [
        `## ${suite.title}`,
        `${date}, ${machine()}; medians of ${runs} runs, side by side.`,
        table(rows),
        ...notes,
      ].join('\n\n'),
    );
  }
}

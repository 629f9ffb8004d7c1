import type { Row } from './measure.js';
import { machine, table, writeSection } from './report.js';

/** A suite measures and says in words what its table cannot. */
export interface Suite {
  readonly title: string;
  readonly run: (
    runs: number,
    only: string | undefined,
  ) => Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }>;
}

const suites: Readonly<Record<string, () => Promise<{ readonly suite: Suite }>>> = {
  tensor: () => import('./suites/tensor.js'),
  streams: () => import('./suites/streams.js'),
  train: () => import('./suites/train.js'),
  'dark-channel': () => import('./suites/dark-channel.js'),
  dehaze: () => import('./suites/dehaze.js'),
  looks: () => import('./suites/looks.js'),
  highres: () => import('./suites/highres.js'),
  watch: () => import('./suites/watch.js'),
};

const USAGE = `usage: npm run bench -- [SUITE…] [--json] [--runs N] [--only CASE]
suites: ${Object.keys(suites).join(', ')}`;

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const json = process.argv.includes('--json');
const runs = Number(option('--runs') ?? 5);
const only = option('--only');
const values = new Set([option('--runs'), only]);
const named = process.argv.slice(2).filter((a) => !a.startsWith('--') && !values.has(a));
const unknown = named.find((name) => suites[name] === undefined);
if (unknown !== undefined || !(runs >= 1)) {
  console.error(
    unknown === undefined ? '--runs is a number from 1 on' : `there is no suite '${unknown}'`,
    `\n${USAGE}`,
  );
  process.exit(2);
}

for (const name of named.length > 0 ? named : Object.keys(suites)) {
  const { suite } = await suites[name]!();
  const { rows, notes } = await suite.run(runs, only);
  if (json) for (const row of rows) console.log(JSON.stringify({ suite: name, ...row }));
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

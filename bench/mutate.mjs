// Mutation check: changes the code in one place at a time, and counts the changes that no test notices.
// usage: npm run mutate [-- PATH…] [--sample N [--seed S]] [--fresh]     e.g. npm run mutate -- src/ops/crop src/tensor/emit
// Without paths: every folder of src/ops, and src/tensor/emit. Everything is tried part by part; what was found stays in
// .stryker, and a part that is run again tries only what changed since. With --sample: N mutants of all parts in one run,
// each as likely as any other, and how far the score may be off. Another seed draws others. With --fresh each mutant gets a
// thread of its own, which takes ten times as long: a check of this check.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { globSync } from 'tinyglobby';
import { draw, keyOf, mutantsOf } from './mutation/mutants.mjs';
import { globsOf, grouped, operatorsOf, partOf, parts, sourcesOf, testFilesOf } from './mutation/parts.mjs';
import { judged, missedLine, scoreLine } from './mutation/score.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    fresh: { type: 'boolean', default: false },
  },
});

const wrong = (message) => {
  console.error(message);
  process.exit(2);
};

const sample = values.sample === undefined ? undefined : Number(values.sample);
if (sample !== undefined && !(Number.isInteger(sample) && sample > 0))
  wrong(`--sample ${values.sample}: must be a whole number above 0, how many mutants to draw.`);

const chosen = (positionals.length === 0 ? parts() : positionals).map((path) => path.replace(/\/$/, ''));
for (const part of chosen)
  if (!parts().includes(part)) wrong(`${part}: there is no such part. Parts are:\n  ${parts().join('\n  ')}`);

const REPORT = 'reports/mutation/mutation.json';
mkdirSync('.stryker', { recursive: true });

/** Runs Stryker on what is to be mutated, put to the tests of these parts. Gives its report, or none where it failed. */
const stryker = (among, mutate, options, env = {}) => {
  rmSync(REPORT, { force: true });
  const { status, signal, error } = spawnSync(
    'npx',
    ['stryker', 'run', '--mutate', mutate.join(','), ...options],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        MUTATE_ROOT: process.cwd(),
        MUTATE_TESTS: [...new Set(among.flatMap(testFilesOf))].join(','),
        // What operators share is put to a few operators' laws.
        LAWS_OF: [...new Set([...operatorsOf(among), 'blend', 'crop', 'resize'])].join(','),
        LAWS_SEED: '1',
        PROPERTY_RUNS: '6',
        ...(values.fresh ? { MUTATE_FRESH: '1' } : {}),
        ...env,
      },
    },
  );
  if (status === 0 && existsSync(REPORT)) return JSON.parse(readFileSync(REPORT, 'utf8'));
  console.error(`Stryker gave no report (${error ?? signal ?? `exit status ${status}`}).`);
  return undefined;
};

const tell = (mutants, sampled) => {
  for (const mutant of mutants.filter(({ found }) => !found)) console.log(missedLine(mutant));
  const byPart = grouped(mutants, ({ file }) => partOf(file));
  for (const [part, own] of byPart) console.log(`${part}: ${scoreLine(own, false)}`);
  if (byPart.size > 1) console.log(`together: ${scoreLine(mutants, sampled)}`);
};

const trySample = async () => {
  const all = await mutantsOf(chosen.flatMap(sourcesOf));
  const sampled = draw(all, sample, values.seed);
  console.log(`${sampled.length} of ${all.length} mutants, drawn with seed ${values.seed}`);
  const path = `.stryker/sample-seed-${values.seed}.json`;
  const state = stateOf(['src', 'test'], { chosen });
  // A larger sample of a seed holds a smaller one: what is known of that, of the same code and tests, need not be tried again.
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const known = before.state === state ? before.results : {};
  const drawn = sampled.filter((mutant) => known[keyOf(mutant)] === undefined);
  if (drawn.length < sampled.length) console.log(`${sampled.length - drawn.length} of them are known`);
  const results = drawn.length === 0 ? known : { ...known, ...(await resultsOf(drawn)) };
  writeFileSync(path, JSON.stringify({ state, results }));
  const tried = sampled.flatMap((mutant) => results[keyOf(mutant)] ?? []);
  tell(
    tried.filter(({ found }) => found !== undefined),
    true,
  );
  return tried.length === sampled.length;
};

/** What became of drawn mutants, by key; nothing where Stryker failed. */
const resultsOf = async (drawn) => {
  const list = '.stryker/drawn.json';
  writeFileSync(list, JSON.stringify(drawn));
  const among = [...new Set(drawn.map(({ fileName }) => partOf(fileName)))];
  const report = stryker(among, globsOf(among), [], { MUTATE_DRAWN: `${process.cwd()}/${list}` });
  if (report === undefined) return {};
  const wanted = new Set(drawn.map(keyOf));
  const tried = new Map(judged(report).map((mutant) => [keyOfReported(mutant), mutant]));
  // Static ones, and ones that do not run, are known to say nothing.
  return Object.fromEntries([...wanted].map((key) => [key, tried.get(key) ?? {}]));
};

/** A digest of what is in some folders, and of how it is looked at. */
const stateOf = (folders, how) => {
  const hash = createHash('sha256').update(JSON.stringify(how));
  for (const file of globSync(folders.map((folder) => `${folder}/**`)).toSorted())
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
};

/** A mutant of a report as it was drawn: reports count from 1. */
const keyOfReported = ({ file, location: { start, end }, mutatorName, replacement }) => {
  const from0 = ({ line, column }) => ({ line: line - 1, column: column - 1 });
  return keyOf({
    fileName: file,
    location: { start: from0(start), end: from0(end) },
    mutatorName,
    replacement,
  });
};

const tryAll = () => {
  const results = chosen.map((part) => {
    const name = part.replaceAll('/', '-');
    const report = stryker([part], globsOf([part]), [
      '--incremental',
      '--incrementalFile',
      `.stryker/${name}-incremental.json`,
    ]);
    if (report === undefined) console.error(`${part}: could not be checked`);
    else renameSync(REPORT, `.stryker/${name}.json`);
    return report;
  });
  tell(
    results.flatMap((report) => (report === undefined ? [] : judged(report))),
    false,
  );
  return !results.includes(undefined);
};

process.exitCode = (await (sample === undefined ? tryAll() : trySample())) ? 0 : 1;

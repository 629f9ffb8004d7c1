// Mutation check: changes the code in one place at a time, and counts the changes that no test notices.
// usage: npm run mutate [-- PATH…]     e.g. npm run mutate -- src/ops/crop src/tensor/emit
// Without paths: every folder of src/ops, and src/tensor/emit, one after the other. What was found stays in .stryker, and a
// part that is run again tries only what changed since.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const parts = process.argv.slice(2);
const folders = readdirSync('src/ops').map((name) => join('src/ops', name));
const every = [
  ...folders.filter((path) => statSync(path).isDirectory() && !path.endsWith('testing')),
  'src/ops',
  'src/tensor/emit',
];
mkdirSync('.stryker', { recursive: true });

/** Tests that a part is put to: its own, and the laws of the operator. */
const testsOf = (part) => {
  if (part === 'src/tensor/emit')
    return ['src/tensor/emit/**/*.test.ts', 'src/tensor/lower/rules.test.ts', 'src/tensor/to-onnx.test.ts'];
  if (part === 'src/ops') return ['src/ops/*.test.ts', 'src/ops/batch/*.test.ts'];
  const laws = existsSync(join(part, 'index.ts')) && existsSync(join(part, 'README.md'));
  const shared = laws ? ['test/laws/operators.test.ts'] : ['src/ops/*/*.test.ts'];
  return [`${part}/**/*.test.ts`, ...shared];
};

const scoreOf = (file) => {
  const mutants = Object.values(JSON.parse(readFileSync(file, 'utf8')).files).flatMap(
    ({ mutants }) => mutants,
  );
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  return { found: count('Killed', 'Timeout'), missed: count('Survived', 'NoCoverage') };
};

const scores = (parts.length === 0 ? every : parts).map((given) => {
  const part = given.replace(/\/$/, '');
  const name = part.replaceAll('/', '-');
  const report = `.stryker/${name}.json`;
  const [own, deep] = part === 'src/ops' ? [`${part}/*.ts`, ''] : [`${part}/**/*.ts`, ''];
  const { status } = spawnSync(
    'npx',
    [
      'stryker',
      'run',
      '--mutate',
      `${own}${deep},!${part}/**/*.test.ts,!${part}/**/laws.ts,!${part}/testing/**`,
      '--incremental',
      '--incrementalFile',
      `.stryker/${name}-incremental.json`,
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        MUTATE_TESTS: testsOf(part).join(','),
        LAWS_OF: part.replace('src/ops/', ''),
        LAWS_SEED: '1',
      },
    },
  );
  if (status !== 0 || !existsSync('reports/mutation/mutation.json'))
    return { part, found: 0, missed: 0, failed: true };
  spawnSync('mv', ['reports/mutation/mutation.json', report]);
  return { part, ...scoreOf(report) };
});

for (const { part, found, missed, failed } of scores) {
  const score = found + missed === 0 ? '' : ` ${((100 * found) / (found + missed)).toFixed(1)} %`;
  console.log(
    `${part}:${failed ? ' could not be checked' : ` ${found} of ${found + missed} mutants found${score}`}`,
  );
}
const [found, all] = scores.reduce(([f, a], s) => [f + s.found, a + s.found + s.missed], [0, 0]);
if (scores.length > 1)
  console.log(`together: ${found} of ${all}, ${((100 * found) / Math.max(1, all)).toFixed(1)} %`);
process.exitCode = scores.some(({ failed }) => failed) ? 1 : 0;

// The parts of the code that are mutated, and the tests that each is put to.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

export const LAWS = 'test/laws/operators.test.ts';

const EMIT = 'src/tensor/emit';

/** What lies among the sources and is none: tests, and what they are tried on. */
const NO_SOURCES = ['src/**/*.test.ts', 'src/ops/*/laws.ts', 'src/**/testing/**'];

/** Tests of what emission is for, beside its own. */
const EMITTED = ['src/tensor/lower/rules.test.ts', 'src/tensor/to-onnx.test.ts'];

/** The operators, and what they share. */
const ROOTS = ['src/ops', 'src/operator', 'src/picture'];

/** Every folder of the operators and of what they share, what lies beside these folders, and src/tensor/emit. */
export const parts = () => [
  ...ROOTS.flatMap((root) => [
    ...readdirSync(root)
      .map((name) => join(root, name))
      .filter((path) => statSync(path).isDirectory() && !path.endsWith('testing')),
    root,
  ]),
  EMIT,
];

/** The part that a file belongs to. */
export const partOf = (file) => {
  if (file.startsWith(`${EMIT}/`)) return EMIT;
  const [src, root, folder, ...rest] = file.split('/');
  return rest.length === 0 ? `${src}/${root}` : `${src}/${root}/${folder}`;
};

/** The sources of a part, but for its tests and what they are tried on. */
export const sourcesOf = (part) =>
  globSync(ROOTS.includes(part) ? `${part}/*.ts` : `${part}/**/*.ts`, { ignore: NO_SOURCES }).toSorted();

/** The sources of several parts as Stryker is told, which looks through all files for each pattern: few of them. */
export const globsOf = (among) => [
  ...among.map((part) => (ROOTS.includes(part) ? `${part}/*.ts` : `${part}/**/*.ts`)),
  ...NO_SOURCES.map((pattern) => `!${pattern}`),
];

const operatorOf = (part) =>
  existsSync(join(part, 'index.ts')) && existsSync(join(part, 'README.md'))
    ? part.slice('src/ops/'.length)
    : undefined;

/** The names of the operators among parts, for the laws. */
export const operatorsOf = (among) => among.map(operatorOf).filter((name) => name !== undefined);

/** Where the tests of a part are. An operator's are its own and the laws; what operators share is tested by them. */
export const testFilesOf = (part) => {
  if (part === EMIT) return [`${EMIT}/**/*.test.ts`, ...EMITTED];
  if (part === 'src/ops') return ['src/ops/*.test.ts', 'src/ops/batch/*.test.ts', LAWS];
  const own = globSync(`${part}/**/*.test.ts`).length > 0;
  return operatorOf(part) !== undefined && own
    ? [`${part}/**/*.test.ts`, LAWS]
    : ['src/{ops,operator,picture}/**/*.test.ts', LAWS];
};

/** Files of other parts' tests that a mutant is put to at most, tests of each, and laws of other operators. */
const MOST_FILES = 8;
const MOST_TESTS = 30;
const MOST_LAWS = 3;

/**
 * The tests that reach a mutant, in the order that it is put to them: the part's own, the operator's laws, then those of
 * others, the files that reach it most often first, but no more than a few: a mutant that these miss counts as missed.
 */
export const tiersOf = (file, tests) => {
  const part = partOf(file);
  const operator = operatorOf(part);
  const [own, others] = split(tests, (id) => partOf(fileOf(id)) === part);
  const [laws, foreign] = split(others, (id) => fileOf(id) === LAWS);
  const [lawful, unlike] = split(laws, (id) => operator !== undefined && id.endsWith(` ${operator}`));
  const byFile = [...grouped(foreign, fileOf).values()].toSorted((a, b) => b.length - a.length);
  return [
    own,
    lawful,
    ...byFile.slice(0, MOST_FILES).map((ofFile) => ofFile.slice(0, MOST_TESTS)),
    // An operator whose laws were asked needs no others'.
    ...(lawful.length > 0 ? [] : [unlike.slice(0, MOST_LAWS)]),
  ].filter((tier) => tier.length > 0);
};

const fileOf = (id) => id.slice(0, id.indexOf('#'));

const split = (list, holds) => [list.filter((each) => holds(each)), list.filter((each) => !holds(each))];

/** Lists by what each element belongs to, in the order in which these first come. */
export const grouped = (list, keyOf) => {
  const groups = new Map();
  for (const each of list) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
};

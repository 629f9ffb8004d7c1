import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { matcherOf } from '../../src/disk/glob.js';
import { faultOf } from '../../src/disk/pattern.js';
import { builtIn } from '../../src/ops/index.js';
import { check } from '../../src/pipelines/check/check.js';
import { parse } from '../../src/pipelines/compile.js';
import { parseYaml } from '../../src/pipelines/parse/yaml.js';
import { readEntry } from '../../src/records/journal/entries.js';
import { openInFlight } from '../../src/records/journal/in-flight.js';
import { journalPath, readJournal } from '../../src/records/journal/journal.js';
import { openLine, sealLine } from '../../src/records/journal/line.js';
import { whoHolds } from '../../src/records/lock.js';
import { expectThat, reading, rightOf, type Target, textOf, utf8 } from './target.js';

const root = new URL('../../', import.meta.url);

const filesOf = (folder: string): readonly Uint8Array[] =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => new Uint8Array(readFileSync(new URL(`${folder}/${name}`, root))));

const yamlWords = [
  ...[
    '- ',
    ': ',
    '\n',
    '\n  ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '<<: ',
    '!!str ',
    '? ',
    '|\n',
    '>-\n',
    '"',
    "'",
  ],
  ...[
    '__proto__: ',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '# ',
    '$quality',
    '$',
    '{quality}',
    '{path}',
    'steps:',
    'streams:',
  ],
  ...[
    'params:',
    'version: 1',
    'decode',
    'encode',
    'files',
    'save',
    'pipelines:',
    '\u2028',
    '\ufeff',
    '1e999',
    '~',
  ],
];

const digest = 'a'.repeat(64);
const done = {
  v: 2,
  kind: 'done',
  source: 'a.jpg',
  sourceSize: 3,
  sourceModified: 1.5,
  sourceDigest: digest,
  output: 'b/a.jpg',
  outputSize: 4,
  outputDigest: digest,
  input: '../a.jpg',
  index: 0,
  epoch: 0,
  pipeline: digest,
  recipe: digest,
  at: '2026-01-01T00:00:00.000Z',
};
const recipe = {
  v: 2,
  kind: 'recipe',
  id: digest,
  name: 'p',
  pipeline: { version: 1, steps: ['decode'] },
  versions: { node: '20' },
  machine: 'linux',
  weights: {},
};
const lines = [sealLine(done), sealLine(recipe), '{"v":1,"source":"a","output":"b"}'];
const jsonWords = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"v":2',
  '"kind":"done"',
  '"kind":"failed"',
  '"__proto__":',
  'null',
  '1e999',
];

const folder = mkdtempSync(join(tmpdir(), 'prismflow-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const fileWith = (path: string, bytes: Uint8Array): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};

const checked = (bytes: Uint8Array): void => {
  const file = rightOf(parse('fuzz.yaml', textOf(bytes)));
  for (const pipeline of file?.pipelines ?? [])
    rightOf(
      check(pipeline, {
        registry: builtIn,
        set: {},
        folders: { file: '/nowhere', user: '/nowhere' },
        name: 'fuzz',
      }),
    );
};

/** Pipelines, patterns, and what is kept beside results. */
export const textTargets: Readonly<Record<string, Target>> = {
  yaml: {
    seeds: () => [...filesOf('test/golden/malformed'), ...filesOf('examples')],
    words: yamlWords,
    run: reading((text) => parseYaml(text, 'fuzz.yaml')),
    milliseconds: 5000,
  },
  pipeline: {
    seeds: () => [...filesOf('examples'), ...filesOf('test/golden/malformed')],
    words: [...yamlWords, ...builtIn.keys()],
    run: checked,
    milliseconds: 5000,
  },
  pattern: {
    seeds: () => ['**/*.{jpg,png}', 'a/[!a-z]?/{1..12}*', '!x/**/y', '*a*b*c'].map(utf8),
    words: ['**', '*', '?', '[', ']', '{', '}', ',', '..', '/', '!', '(', ')+', 'a'],
    run: (bytes) => {
      const pattern = textOf(bytes);
      if (faultOf(pattern) !== undefined) return;
      const matches = matcherOf([pattern]);
      for (const path of ['a'.repeat(255), 'a/b/c.jpg', `${'a/'.repeat(500)}a`, pattern]) matches(path);
    },
  },
  'journal-line': {
    seeds: () => lines.map(utf8),
    words: jsonWords,
    run: (bytes) => {
      const value = openLine(textOf(bytes));
      if ('value' in value) readEntry(value.value);
    },
  },
  journal: {
    seeds: () => [utf8(`\n${lines.join('\n\n')}\n`)],
    words: ['\n', ...jsonWords],
    run: async (bytes) => {
      fileWith(journalPath(folder), bytes);
      const read = rightOf(await readJournal(folder)());
      expectThat(read !== undefined, 'a journal that is damaged is still read');
      read.journal.resultOf('b/a.jpg')();
      read.journal.failureOf('a.jpg')();
      read.journal.madeOf(digest)();
    },
  },
  lock: {
    seeds: () => [
      utf8(JSON.stringify({ id: 'a', pid: 1, host: 'h', started: '12', since: '2026-01-01T00:00:00.000Z' })),
    ],
    words: jsonWords,
    run: (bytes) => whoHolds(fileWith(join(folder, 'lock'), bytes)),
  },
  'in-flight': {
    seeds: () => [utf8(JSON.stringify({ inFlight: ['a.jpg'], suspects: ['b.jpg'] }))],
    words: jsonWords,
    run: async (bytes) => {
      const path = fileWith(join(folder, 'in-flight.json'), bytes);
      const opened = await openInFlight(path, true);
      opened.isSuspect('a.jpg');
      await opened.close();
    },
  },
};

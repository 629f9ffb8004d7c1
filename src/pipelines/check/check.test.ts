import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  anyOf,
  defaulted,
  integer,
  listOf,
  number,
  oneOf,
  path,
  record,
  required,
  tagged,
  template,
  text,
} from '../../operator/params/index.js';
import { defineJoin, defineOp, type Registry, registryOf } from '../../ops/index.js';
import * as port from '../../ports/index.js';
import { showPort } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { parse } from '../compile.js';
import { check } from './check.js';
import type { Graph } from './graph.js';

const source = defineOp({
  name: 'source',
  about: 'Give nothing',
  params: {
    in: defaulted(path('input'), 'photos', 'Folder'),
    names: defaulted(listOf(text), ['a'], 'Texts'),
    level: defaulted(number(), 0, 'Number'),
    model: defaulted(anyOf(path('weights'), oneOf('none')), 'none', 'Model'),
    net: defaulted(
      tagged({ onnx: record({ file: required(path('weights'), 'File') }, 'file') }),
      { onnx: 'a.onnx' },
      'Net',
    ),
  },
  main: 'in',
  input: port.none,
  output: port.frame,
  source: () => fromIterable([]),
});

const sink = defineOp({
  name: 'sink',
  about: 'Take anything',
  params: { to: defaulted(template, 'out/{path}', 'Where') },
  main: 'to',
  input: port.variable('x'),
  output: port.saved,
  flow: () => () => fromIterable([]),
});

const take = defineOp({
  name: 'take',
  about: 'Hand on',
  params: { count: defaulted(integer(), 1, 'How many') },
  main: 'count',
  input: port.variable('x'),
  output: port.variable('x'),
  flow: () => (items) => items,
});

const pair = defineJoin({
  name: 'pair',
  about: 'Side by side',
  params: {},
  streams: { from: port.variable('a'), to: port.variable('b') },
  output: port.pair(port.variable('a'), port.variable('b')),
  join: () => () => fromIterable([]),
});

const alike = defineJoin({
  name: 'alike',
  about: 'Side by side, of one kind',
  params: {},
  streams: { a: port.variable('x'), b: port.variable('x') },
  output: port.unpaired(port.variable('x'), port.variable('x')),
  join: () => () => fromIterable([]),
});

const registry: Registry = registryOf(source, sink, take, pair, alike);

const checked = (
  text: string,
  set: Readonly<Record<string, string>> = {},
): E.Either<readonly string[], Graph> => {
  const file = parse('test.yaml', text);
  const [only] = E.isRight(file) ? file.right.pipelines : [];
  if (only === undefined) throw new Error('does not parse');
  const result = check(only, { registry, set, folders: { file: '/file', user: '/user' }, name: 'test' });
  return E.isRight(result) ? result : E.left(result.left.map(({ code, message }) => `${code}: ${message}`));
};

const graphOf = (text: string, set: Readonly<Record<string, string>> = {}): Graph => {
  const graph = checked(text, set);
  if (E.isLeft(graph)) throw new Error(graph.left.join('\n'));
  return graph.right;
};

const parameters = (text: string, set: Readonly<Record<string, string>> = {}): unknown =>
  graphOf(text, set).nodes[0]?.params;

describe('parameters of a pipeline', () => {
  const declared = `version: 1
params:
  in: { type: path, default: photos }
  level: { type: number, default: 1, min: 0, max: 2 }
  name: { type: text, default: x }
  on: { type: boolean, default: false }
  kind: { type: choice, options: [a, b], default: a }
`;

  it('stand for values of their own kind, alone, and for text within text', () => {
    const steps = `steps:\n  - source: { in: $in, level: $level, names: ["at $level", "$name-$kind", "\${name}s", "$$name", "5$"] }\n`;
    expect(parameters(declared + steps)).toMatchObject({
      in: '/file/photos',
      level: 1,
      names: ['at 1', 'x-a', 'xs', '$name', '5$'],
    });
  });

  it('are read as what they are declared to be when the user gives them', () => {
    const steps = 'steps:\n  - source: { in: $in, level: $level, names: ["$name", "is $on"] }\n';
    expect(parameters(declared + steps, { in: 'mine', level: '0.5', name: '7', on: 'true' })).toMatchObject({
      in: '/user/mine',
      level: 0.5,
      names: ['7', 'is true'],
    });
    expect(checked(declared + steps, { level: '3', on: 'maybe', kind: 'c', lvel: '1' })).toEqual(
      E.left([
        'param/unknown: The pipeline has no parameter `lvel`.',
        'value/range: The parameter `level` must be a number between 0 and 2, not 3.',
        'value/type: The parameter `on` must be true or false, not "maybe".',
        'value/choice: The parameter `kind` cannot be "c".',
      ]),
    );
  });

  it('do not hide faults of steps when one of them has no value', () => {
    const text = 'version: 1\nparams: { in: { type: path } }\nsteps:\n  - source: $in\n  - tkae: 3\n';
    expect(checked(text)).toEqual(
      E.left([
        'param/missing: The parameter `in` has no value.',
        'step/unknown-operator: There is no operator `tkae`.',
      ]),
    );
  });
});

describe('paths', () => {
  it('are absolute, wherever they stand, from the folder of the file', () => {
    const text =
      'version: 1\nsteps:\n  - source: { in: ../a, names: b, model: m.onnx, net: { onnx: { file: c } } }\n';
    expect(parameters(text)).toMatchObject({
      in: '/a',
      names: ['b'],
      model: '/file/m.onnx',
      net: { kind: 'onnx', params: { file: '/file/c' } },
    });
    expect(parameters('version: 1\nsteps:\n  - source: { model: none, net: { onnx: d } }\n')).toMatchObject({
      model: 'none',
      net: { params: { file: '/file/d' } },
    });
  });

  it('begin at the home directory with ~', () => {
    expect(parameters('version: 1\nsteps: [{ source: ~/photos }]\n')).toMatchObject({
      in: `${process.env.HOME}/photos`,
    });
  });

  it('in templates may hold braces, when they come from a parameter', () => {
    const text =
      'version: 1\nparams: { out: { type: path, default: "a{b}" } }\nsteps: [source, { sink: "$out/{name}" }]\n';
    expect(graphOf(text).nodes[1]?.params).toEqual({
      to: ['/file/a', '{', 'b', '}', '/', { field: 'name' }],
    });
  });
});

describe('graphs', () => {
  const training = `version: 1
seed: 7
streams:
  hazy: [clear, { take: 2 }]
  clear: [source, { take: 3 }]
steps:
  - pair: { from: hazy, to: clear }
  - take: 4
  - sink
`;

  it('have their ports unified, and each node after those that it reads', () => {
    const { nodes, result, seed } = graphOf(training);
    expect(seed).toBe(7);
    expect(result).toBe('steps[2]/sink');
    expect(nodes.map(({ path, reads, output }) => [path, reads, showPort(output)])).toEqual([
      ['streams.clear[0]/source', {}, 'frame'],
      ['streams.clear[1]/take', { items: 'streams.clear[0]/source' }, 'frame'],
      ['streams.hazy[1]/take', { items: 'streams.clear[1]/take' }, 'frame'],
      ['steps[0]/pair', { from: 'streams.hazy[1]/take', to: 'streams.clear[1]/take' }, 'pair(frame, frame)'],
      ['steps[1]/take', { items: 'steps[0]/pair' }, 'pair(frame, frame)'],
      ['steps[2]/sink', { items: 'steps[1]/take' }, 'saved'],
    ]);
  });

  it('warn of what is of no use', () => {
    expect(
      graphOf('version: 1\nstreams: { a: [source] }\nsteps: [source]\n').warnings.map(({ code }) => code),
    ).toEqual(['stream/unused', 'pipeline/no-sink']);
    expect(graphOf(training).warnings).toEqual([]);
  });

  it('hold joins to one port where they ask for one', () => {
    const text =
      'version: 1\nstreams:\n  p: [source]\n  q: [source, sink]\nsteps:\n  - alike: { a: p, b: q }\n';
    expect(checked(text)).toEqual(
      E.left(['step/port-mismatch: `alike` takes frame, but `sink` before it gives saved.']),
    );
  });

  it('do not complain again of what follows from a fault', () => {
    const text =
      'version: 1\nstreams:\n  p: [source, { tkae: 1 }, sink]\nsteps:\n  - pair: { from: p, to: p }\n  - sink\n';
    expect(checked(text)).toEqual(E.left(['step/unknown-operator: There is no operator `tkae`.']));
  });
});

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Json } from '../../ports/index.js';
import { spanAt, toJson } from './tree.js';
import { limits, parseYaml } from './yaml.js';

/** Codes and places, as `yaml/tag 2:4`. */
const findings = (source: string): readonly string[] => {
  const parsed = parseYaml(source, 'test.yaml');
  return E.isRight(parsed)
    ? []
    : parsed.left.map(({ code, span }) => `${code} ${span?.start.line}:${span?.start.column}`);
};

describe('parseYaml', () => {
  it('reads what a YAML writer writes', () => {
    const json = fc
      .letrec<{ value: Json; leaf: Json }>((tie) => ({
        leaf: fc.oneof(
          fc.string(),
          fc.integer(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
        ),
        value: fc.oneof(
          { maxDepth: 4 },
          tie('leaf'),
          fc.array(tie('value'), { maxLength: 4 }),
          fc.dictionary(
            fc.string().filter((key) => key !== '<<' && key !== '__proto__'),
            tie('value'),
            { maxKeys: 4 },
          ),
        ),
      }))
      .value.filter((value) => value !== null);
    fc.assert(
      fc.property(json, (value) => {
        const parsed = parseYaml(stringify(value), 'test.yaml');
        expect(E.isRight(parsed) && toJson(parsed.right)).toEqual(value);
      }),
    );
  });

  it('knows the place of every key and value', () => {
    const parsed = parseYaml('a:\r\n  - x\r\n  - { bb: 12 }\r\n', 'test.yaml');
    if (E.isLeft(parsed)) throw new Error('does not parse');
    const place = (path: readonly string[], at: 'key' | 'value') => {
      const span = spanAt(parsed.right, path, at);
      return [span?.start.line, span?.start.column, span?.end.column];
    };
    expect(place(['a'], 'key')).toEqual([1, 1, 2]);
    expect(place(['a', '0'], 'value')).toEqual([2, 5, 6]);
    expect(place(['a', '1', 'bb'], 'key')).toEqual([3, 7, 9]);
    expect(place(['a', '1', 'bb'], 'value')).toEqual([3, 11, 13]);
    // What is not there is shown where it would be.
    expect(place(['a', '1', 'missing'], 'value')).toEqual([3, 5, 15]);
  });

  it('puts aliases in', () => {
    const parsed = parseYaml('a: &x [1, 2]\nb: *x\n', 'test.yaml');
    expect(E.isRight(parsed) && toJson(parsed.right)).toEqual({ a: [1, 2], b: [1, 2] });
  });

  it.each([
    ['', 'yaml/empty 1:1'],
    ['# nothing\n', 'yaml/empty 1:1'],
    ['a: b: c\n', 'yaml/syntax 1:4'],
    ['a: [1, 2\n', 'yaml/syntax 2:1'],
    ['a: 1\nb: *nowhere\n', 'yaml/alias 2:4'],
    ['a: 1\n<<: { b: 2 }\n', 'yaml/merge-key 2:1'],
    ['a: !!js/function "x"\n', 'yaml/tag 1:4'],
    ['a:\n  b: !secret x\n', 'yaml/tag 2:6'],
    ['%YAML 1.1\n---\na: yes\n', 'yaml/directive 1:1'],
    ['a: 1\n---\nb: 2\n', 'yaml/several-documents 2:1'],
    ['1: a\n', 'yaml/key 1:1'],
    ['? [a]\n: b\n', 'yaml/key 1:3'],
    ['a: 1\nb: 2\na: 3\n', 'yaml/duplicate-key 3:1'],
    ['a: { __proto__: { polluted: true } }\n', 'yaml/unsafe-key 1:6'],
    ['a: &a [*a]\n', 'yaml/alias 1:8'],
  ])('refuses %j', (source, finding) => {
    expect(findings(source)).toEqual([finding]);
  });

  it('reports several faults at once', () => {
    expect(findings('a: !x 1\nb: !y 2\n')).toEqual(['yaml/tag 1:4', 'yaml/tag 2:4']);
    expect(findings('<<: {}\na: { b: 1, b: 2 }\n')).toEqual([
      'yaml/merge-key 1:1',
      'yaml/duplicate-key 2:12',
    ]);
  });

  it('finds what aliases stand for in one go, however many there are', () => {
    // Looked for from the beginning each time, this would take minutes.
    const names = Array.from({ length: 10_000 }, (_, i) => `- &a${i} x\n- *a${i}\n`).join('');
    const read = parseYaml(names, 'test.yaml');
    expect(E.isRight(read) && read.right.kind === 'list' && read.right.items).toHaveLength(20_000);
  });

  it('takes the last anchor before an alias', () => {
    const read = parseYaml('[&a x, *a, &a y, *a]', 'test.yaml');
    expect(
      E.isRight(read) &&
        read.right.kind === 'list' &&
        read.right.items.map((item) => 'value' in item && item.value),
    ).toEqual(['x', 'x', 'y', 'y']);
    expect(findings('a: *b\nb: &b x')).toEqual(['yaml/alias 1:4']);
  });

  it('refuses a billion laughs', () => {
    const laughs = Array.from({ length: 9 }, (_, i) => {
      const repeated = i === 0 ? 'lol' : `*l${i - 1}`;
      return `l${i}: &l${i} [${Array.from({ length: 9 }, () => repeated).join(', ')}]`;
    }).join('\n');
    expect(findings(laughs).map((finding) => finding.split(' ')[0])).toEqual(['yaml/too-many-values']);
  });

  it.each([
    ['brackets', '['.repeat(limits.bytes), 'yaml/too-deep'],
    ['closed brackets', '['.repeat(limits.bytes / 2) + ']'.repeat(limits.bytes / 2), 'yaml/too-deep'],
    ['braces', '{a: '.repeat(limits.bytes / 4), 'yaml/too-deep'],
    ['compact lists', '- '.repeat(60_000), 'yaml/syntax'],
    ['empty texts', '""'.repeat(90_000), 'yaml/syntax'],
    ['tags', `[${'!x 1,'.repeat(30_000)}]`, 'yaml/tag'],
    ['commas', `[${','.repeat(limits.bytes - 2)}]`, 'yaml/too-large'],
    ['too many bytes', `a: ${'x'.repeat(limits.bytes)}`, 'yaml/too-large'],
    ['as many documents', '---\n'.repeat(limits.bytes / 4), 'yaml/too-large'],
  ])('gives up on a file full of %s', (_, source, code) => {
    expect(findings(source)[0]?.split(' ')[0]).toBe(code);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (source) => {
        const parsed = parseYaml(source, 'test.yaml');
        expect(E.isRight(parsed) || parsed.left.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

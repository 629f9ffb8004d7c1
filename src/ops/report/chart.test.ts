import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsOf, chart, smoothed, ticks } from './chart.js';
import { crc32c, masked } from './crc32c.js';
import { before, type Line, readLines, writeLine } from './lines.js';
import { span } from './page.js';
import { short } from './short.js';

const caption = { title: 'Loss', id: 'm0', kind: 'noisy' } as const;
const marks = { pretrained: 0, restarts: [], restored: [], total: 100 };

describe('charts', () => {
  it('draw numbers alone, whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(fc.float(), { maxLength: 400 }), (values) => {
        const points = values.map((value, i) => ({ step: i + 1, value }));
        const svg = chart(caption, points, { ...marks, total: Math.max(1, values.length) });
        expect(svg).not.toMatch(/NaN|Infinity/);
      }),
    );
  });

  it('keep the mean and the extremes of what they put together', () => {
    const points = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, value: i % 2 }));
    const buckets = bucketsOf(points, 100);
    expect(buckets).toHaveLength(100);
    for (const { mean, least, largest } of buckets) expect([mean, least, largest]).toEqual([0.5, 0, 1]);
    expect(bucketsOf([{ step: 1, value: Number.NaN }])).toEqual([]);
  });

  it('are not smoothed over the end of the initial training', () => {
    const buckets = bucketsOf(Array.from({ length: 60 }, (_, i) => ({ step: i + 1, value: i < 30 ? 1 : 5 })));
    expect(smoothed(buckets, 30).map(({ mean }) => mean)).toEqual([
      ...Array(30).fill(1),
      ...Array(30).fill(5),
    ]);
  });

  it.each([
    [0, 1, 4, [0, 0.5, 1]],
    [1, 3800, 4, [1000, 2000, 3000]],
    [0.02, 0.031, 4, [0.02, 0.025, 0.03]],
    [5, 5, 4, [5]],
  ] as const)('have round ticks from %d to %d', (from, to, about, expected) => {
    expect(ticks(from, to, about)).toEqual(expected);
  });

  it.each([
    [0, '0'],
    [0.08234, '0.0823'],
    [3.4e-8, '3.4e-8'],
    [2e-4, '2e-4'],
    [1234, '1230'],
    [38_000, '38k'],
    [2e6, '2e6'],
  ])('write %d as %s', (value, text) => {
    expect(short(value)).toBe(text);
  });

  it.each([
    [12, '12 s'],
    [600, '10 min'],
    [8000, '2 h 13 min'],
  ])('write %d seconds as %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });
});

describe('lines', () => {
  const line: fc.Arbitrary<Line> = fc.record({
    step: fc.nat(),
    total: fc.nat(),
    phase: fc.constantFrom('pretrain', 'train'),
    cycle: fc.nat(),
    images: fc.nat(),
    rate: fc.double({ noNaN: true, noDefaultInfinity: true }),
    seconds: fc.double({ noNaN: true, noDefaultInfinity: true }),
    metrics: fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN)),
      { noNullPrototype: true },
    ),
    marks: fc.array(fc.string()),
  });

  it('are read as they were written, but for one that was cut off', () => {
    fc.assert(
      fc.property(fc.array(line), line, fc.nat(), (lines, last, cut) => {
        const text = lines.map(writeLine).join('');
        expect(JSON.stringify(readLines(text))).toBe(JSON.stringify(lines));
        const part = writeLine(last);
        const broken = text + part.slice(0, cut % (part.length - 1));
        expect(readLines(broken)).toHaveLength(lines.length);
      }),
    );
  });

  it('of steps that are done again are left out', () => {
    fc.assert(
      fc.property(fc.array(line), fc.nat(), (lines, step) => {
        expect(before(lines, step)).toEqual(lines.filter((each) => each.step < step));
      }),
    );
  });
});

describe('crc32c', () => {
  it.each([
    ['', 0],
    ['123456789', 0xe3069283],
    ['a', 0xc1d04330],
  ])('of %j is as published', (text, expected) => {
    expect(crc32c(new TextEncoder().encode(text))).toBe(expected);
  });

  it('of 32 bytes is as in RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  });

  it('is masked as TensorFlow does', () => {
    // LevelDB's test: a mask of a mask is another number.
    const crc = crc32c(new TextEncoder().encode('foo'));
    expect(masked(crc)).not.toBe(crc);
    expect(masked(masked(crc))).not.toBe(crc);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsOf, chart, smoothed, ticks } from './chart.js';
import { crc32c, masked } from './crc32c.js';
import { isStepBefore, type Line, missingIn, readLines, writeLine } from './lines.js';
import { short } from './short.js';
import { span } from './span.js';

const caption = { title: 'Loss', id: 'm0', kind: 'noisy' } as const;
const marks = { pretrained: 0, restarts: [], restored: [], total: 100 };

/** The points of a curve, in the picture. */
const curveIn = (svg: string, kind: string): readonly (readonly [number, number])[] => {
  const [, path = ''] = new RegExp(`class="${kind}" d="([^"]*)"`).exec(svg) ?? [];
  return [...path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
};

/** Reads a chart as people do: by what stands along its axes. Undefined where an axis has a single number. */
const readerOf = (svg: string) => {
  const numberOf = (text = '') => Number(text.replace(/k$/, 'e3'));
  const axis = (anchor: string) =>
    [...svg.matchAll(new RegExp(`x="([\\d.]+)" y="([\\d.]+)" text-anchor="${anchor}">([^<]*)<`, 'g'))].map(
      ([, x, y, text]) => ({ x: Number(x), y: Number(y) - 3.5, told: numberOf(text) }),
    );
  const [rows, columns] = [axis('end'), axis('middle')];
  const [low, high, first, last] = [rows[0], rows.at(-1), columns[0], columns.at(-1)];
  if (low === undefined || high === undefined || low === high) return undefined;
  if (first === undefined || last === undefined || first === last) return undefined;
  const columnAt = (x: number) =>
    first.told + ((x - first.x) * (last.told - first.told)) / (last.x - first.x);
  const rowAt = (y: number) => low.told + ((y - low.y) * (high.told - low.told)) / (high.y - low.y);
  const at = (x: number, y: number) => ({ step: columnAt(x), value: rowAt(y) });
  const [, endX, endY] = /class="end" cx="([\d.]+)" cy="(-?[\d.]+)"/.exec(svg) ?? [];
  return {
    columnAt,
    line: curveIn(svg, 'line').map(([x, y]) => at(x, y)),
    end: at(Number(endX), Number(endY)),
    range: Math.abs(rowAt(8) - rowAt(168)),
  };
};

describe('charts', () => {
  it('are written as SVG', () => {
    // 77 pixels a step; from 45 to 105, 160 pixels high.
    const points = [
      { step: 1, value: 100 },
      { step: 3, value: 50 },
      { step: 5, value: 60 },
    ];
    const wanted = `<svg viewBox="0 0 360 190" role="img" aria-label="Loss">
<clipPath id="m0"><rect x="44" y="8" width="308" height="160"/></clipPath>
<rect class="pretrain" x="44" y="8" width="77.0" height="160"/>
<path class="grid" d="M44,128.0H352"/><text class="text" x="39" y="131.5" text-anchor="end">60</text>
<path class="grid" d="M44,74.7H352"/><text class="text" x="39" y="78.2" text-anchor="end">80</text>
<path class="grid" d="M44,21.3H352"/><text class="text" x="39" y="24.8" text-anchor="end">100</text>
<text class="text" x="44.0" y="184" text-anchor="middle">1</text>
<text class="text" x="121.0" y="184" text-anchor="middle">2</text>
<text class="text" x="198.0" y="184" text-anchor="middle">3</text>
<text class="text" x="275.0" y="184" text-anchor="middle">4</text>
<text class="text" x="352.0" y="184" text-anchor="middle">5</text>
<path class="restart" d="M198.0,8V168"/><path class="restored" d="M275.0,8V168"/>
<g clip-path="url(#m0)">
<path class="band" d="M44.0,21.3L198.0,154.7L352.0,128.0L352.0,128.0L198.0,154.7L44.0,21.3Z"/>
<path class="raw" d="M44.0,21.3L198.0,154.7L352.0,128.0"/>
<path class="line" d="M44.0,21.3L198.0,154.7L352.0,128.0"/>
<circle class="end" cx="352.0" cy="128.0" r="3"/></g></svg>`;
    expect(chart(caption, points, { pretrained: 2, restarts: [3], restored: [4], total: 5 })).toBe(
      wanted.replaceAll('\n', ''),
    );
    const bare = chart({ ...caption, kind: 'exact' }, points.slice(0, 1), { ...marks, total: 1 });
    expect([...bare.matchAll(/class="(\w+)"/g)].map(([, kind]) => kind)).toEqual([
      // From 90 to 110, and steps 1 to 2.
      ...Array(5).fill(['grid', 'text']).flat(),
      ...Array(3).fill('text'),
      'line',
      'end',
    ]);
  });

  it('draw numbers alone, whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(fc.float(), { maxLength: 400 }), (values) => {
        const points = values.map((value, i) => ({ step: i + 1, value }));
        const svg = chart(caption, points, { ...marks, total: Math.max(1, values.length) });
        expect(svg).not.toMatch(/NaN|Infinity/);
      }),
    );
  });

  it('give their values back to who reads them by their axes', () => {
    const quarters = fc.integer({ min: -2000, max: 2000 }).map((n) => n / 4);
    const series = fc.array(quarters, { minLength: 12, maxLength: 60 });
    fc.assert(
      fc.property(series, fc.nat(60), (values, rest) => {
        const points = values.map((value, i) => ({ step: i + 1, value }));
        const svg = chart({ ...caption, kind: 'exact' }, points, { ...marks, total: values.length + rest });
        const read = readerOf(svg);
        if (read === undefined) return;
        expect(read.line).toHaveLength(values.length);
        read.line.forEach(({ step, value }, i) => {
          expect(Math.abs(step - (i + 1))).toBeLessThan(0.02 * (values.length + rest));
          expect(Math.abs(value - values[i]!)).toBeLessThan(0.02 * read.range);
        });
        const { step, value } = read.line.at(-1)!;
        expect([read.end.step, read.end.value]).toEqual([step, value]);
      }),
    );
  });

  it('have their marks at the steps where they belong, and the initial training up to its end', () => {
    const points = Array.from({ length: 100 }, (_, i) => ({ step: i + 1, value: i % 10 }));
    const svg = chart(caption, points, { pretrained: 21, restarts: [41, 81], restored: [61], total: 101 });
    const { columnAt } = readerOf(svg)!;
    const marked = (kind: string) =>
      [...svg.matchAll(new RegExp(`class="${kind}" d="M([\\d.]+),8V168"`, 'g'))].map(([, x]) =>
        Math.round(columnAt(Number(x))),
      );
    expect([marked('restart'), marked('restored')]).toEqual([[41, 81], [61]]);
    const [, x = 0, width = 0] =
      /class="pretrain" x="(\d+)" y="8" width="([\d.]+)" height="160"/.exec(svg) ?? [];
    expect(Math.round(columnAt(Number(x)))).toBe(1);
    expect(Math.round(columnAt(Number(x) + Number(width)))).toBe(21);
  });

  it('show the smooth curve over the single steps and their spread', () => {
    const points = Array.from({ length: 640 }, (_, i) => ({ step: i + 1, value: i % 4 }));
    const svg = chart(caption, points, { ...marks, total: 640 });
    const [raw = [], line = [], band = []] = ['raw', 'line', 'band'].map((kind) => curveIn(svg, kind));
    expect([raw.length, line.length, band.length]).toEqual([160, 160, 320]);
    expect(raw).toEqual(line);
    // The band goes along the largest values, and back along the least.
    expect(new Set(band.slice(0, 160).map(([, y]) => y)).size).toBe(1);
    expect(band[0]![1]).toBeLessThan(line[0]![1]);
    expect(band.at(-1)![1]).toBeGreaterThan(line[0]![1]);
    expect([band[0]![0], band.at(-1)![0]]).toEqual([line[0]![0], line[0]![0]]);
    expect(curveIn(chart({ ...caption, kind: 'exact' }, points, marks), 'raw')).toEqual([]);
  });

  it('begin at zero where zero is near, and are not ruled by a single leap', () => {
    const levels = (svg: string) =>
      [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map(([, text]) => Number(text));
    const of = (values: readonly number[]) =>
      levels(
        chart(
          { ...caption, kind: 'exact' },
          values.map((value, i) => ({ step: i + 1, value })),
          marks,
        ),
      );
    const rising = Array.from({ length: 100 }, (_, i) => 1 + i / 10);
    expect(of(rising)[0]).toBe(0);
    expect(of(rising.map((value) => value + 20))[0]).toBeGreaterThanOrEqual(20);
    expect(of(rising.map((value) => -value))[0]).toBeLessThan(-9);
    expect(Math.max(...of([1e6, ...rising]))).toBeLessThan(20);
    expect(of([5, 5, 5])).toContain(5);
    expect(of([0, 0])).toContain(0);
  });

  it.each([
    [
      [5, 5, 5],
      [4.5, 5, 5.5],
    ],
    [
      [-5, -5],
      [-5.5, -5, -4.5],
    ],
    [
      [0, 0],
      [-1, -0.5, 0, 0.5, 1],
    ],
    [
      [39, 100],
      [0, 50, 100],
    ],
    [
      [40, 100],
      [40, 60, 80, 100],
    ],
    [
      [-1, 100],
      [0, 50, 100],
    ],
    [[], [-1, -0.5, 0, 0.5, 1]],
  ])('of %j show the levels %j', (values, expected) => {
    const points = values.map((value, i) => ({ step: i + 1, value }));
    const svg = chart({ ...caption, kind: 'exact' }, points, marks);
    const levels = [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map(([, text]) => Number(text));
    expect(levels).toEqual(expected);
  });

  it('are smoothed over a twentieth on both sides, and less at the ends', () => {
    const buckets = bucketsOf(
      Array.from({ length: 100 }, (_, i) => ({ step: i + 1, value: i === 50 ? 11 : 0 })),
    );
    const means = smoothed(buckets, 0).map(({ mean }) => mean);
    expect(means.flatMap((mean, i) => (mean > 0 ? [i] : []))).toEqual([
      45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
    ]);
    expect(means[50]).toBe(1);
    const first = bucketsOf(Array.from({ length: 100 }, (_, i) => ({ step: i + 1, value: i === 0 ? 6 : 0 })));
    expect(smoothed(first, 0)[0]?.mean).toBe(1);
  });

  it('put neighbours together in order', () => {
    const values = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (given, count) => {
        const buckets = bucketsOf(
          given.map((value, i) => ({ step: i + 1, value })),
          count,
        );
        expect(buckets.length).toBeLessThanOrEqual(count);
        const size = Math.ceil(given.length / count);
        buckets.forEach(({ step, mean, least, largest }, i) => {
          const own = given.slice(i * size, (i + 1) * size);
          expect(step).toBeCloseTo(i * size + (own.length + 1) / 2, 9);
          expect(mean).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 9);
          expect([least, largest]).toEqual([Math.min(...own), Math.max(...own)]);
        });
        expect(buckets).toHaveLength(Math.ceil(given.length / size));
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
    [1e6, '1e6'],
    [999_999, '1000k'],
    [10_000, '10k'],
    [9999, '10000'],
    [1e-3, '0.001'],
    [9.99e-4, '1e-3'],
    [-1234, '-1230'],
    [-38_000, '-38k'],
    [Number.NaN, 'not finite'],
    [Number.NEGATIVE_INFINITY, 'not finite'],
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

  it('are one a step and in order, those of steps that are done again left out, and what is missing is told', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 50 })),
        fc.integer({ min: 1, max: 60 }),
        (all, step) => {
          const lines = all
            .map((each) => ({ step: each }) as Line)
            .filter((each) => isStepBefore(each, step));
          const wanted = Array.from({ length: step - 1 }, (_, i) => i + 1);
          lines.sort((a, b) => a.step - b.step);
          expect(missingIn(lines, step) === '').toBe(wanted.every((each) => all.includes(each)));
        },
      ),
    );
    for (const odd of [0, -1, 1.5, Number.NaN, 1e300])
      expect(isStepBefore({ step: odd } as Line, 9)).toBe(false);
    const at = (...steps: readonly number[]) => steps.map((step) => ({ step }) as Line);
    expect(missingIn(at(1, 2, 5, 7), 9)).toBe('there are no figures of step 3 to 4, 6, 8');
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

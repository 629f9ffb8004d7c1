import { describe, expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript, since Stryker loads it
import { draw, keyOf } from '../bench/mutation/mutants.mjs';
// @ts-expect-error: plain JavaScript, since Stryker loads it
import { LAWS, partOf, parts, sourcesOf, tiersOf } from '../bench/mutation/parts.mjs';
// @ts-expect-error: plain JavaScript, since Stryker loads it
import { judged, scoreLine, wilson } from '../bench/mutation/score.mjs';

const place = (line: number) => ({ start: { line, column: 4 }, end: { line, column: 9 } });
const mutants = Array.from({ length: 400 }, (_, i) => ({
  fileName: `src/ops/crop/${i % 7}.ts`,
  location: place(i),
  mutatorName: 'EqualityOperator',
  replacement: `a >= ${i}`,
}));

describe('the sample of the mutation check', () => {
  it('is the same for a seed, another for another, and has no mutant twice', () => {
    const keys = (seed: string): readonly string[] => draw(mutants, 50, seed).map(keyOf);
    expect(keys('1')).toEqual(keys('1'));
    expect(keys('1')).not.toEqual(keys('2'));
    expect(new Set(keys('1')).size).toBe(50);
    expect(draw(mutants, 1000, '1')).toHaveLength(400);
  });

  it('is as likely to hold one mutant as another', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 200; seed++)
      for (const mutant of draw(mutants, 40, String(seed)))
        counts.set(keyOf(mutant), (counts.get(keyOf(mutant)) ?? 0) + 1);
    // 20 are expected of each, with a standard deviation of 4.2.
    for (const count of counts.values()) expect(Math.abs(count - 20)).toBeLessThan(5 * 4.3);
    expect(counts.size).toBe(400);
  });

  it('has the interval that Wilson gives', () => {
    // Brown, Cai, DasGupta, "Interval estimation for a binomial proportion" (2001), and by hand.
    expect(wilson(0, 10)).toEqual([expect.closeTo(0, 9), expect.closeTo(0.2775, 4)]);
    expect(wilson(80, 100)).toEqual([expect.closeTo(0.7112, 4), expect.closeTo(0.8666, 4)]);
    expect(wilson(0, 0)).toEqual([0, 1]);
  });
});

describe('the mutation check', () => {
  it('has every source below src/ops and src/tensor/emit in one part, its own', () => {
    const files: readonly string[] = parts().flatMap(sourcesOf);
    expect(new Set(files).size).toBe(files.length);
    expect(files.some((file) => /\.test\.ts$|\/testing\//.test(file))).toBe(false);
    for (const part of parts()) for (const file of sourcesOf(part)) expect(partOf(file)).toBe(part);
    expect(files).toContain('src/operator/random.ts');
    expect(files).toContain('src/tensor/emit/rules.ts');
  });

  it('puts a mutant to its own tests, then to the laws of its operator, then to a few others', () => {
    const law = (name: string) => `${LAWS}#every operator obeys the laws ${name}`;
    const others = Array.from({ length: 40 }, (_, i) => `src/ops/pad/pad.test.ts#pads ${i}`);
    const tests = [law('blend'), ...others, law('crop'), 'src/ops/crop/crop.test.ts#cuts'];
    const [own, laws, foreign, ...rest] = tiersOf('src/ops/crop/region.ts', tests);
    expect([own, laws]).toEqual([['src/ops/crop/crop.test.ts#cuts'], [law('crop')]]);
    expect(foreign).toEqual(others.slice(0, 30));
    expect(rest).toEqual([]);
    // What operators share is put to some operators' laws.
    expect(tiersOf('src/picture/framing/anchor.ts', tests).at(-1)).toEqual([law('blend'), law('crop')]);
  });

  it('counts what was found or missed, and nothing else', () => {
    const states = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError'];
    const report = {
      files: {
        'a.ts': { source: 'a\nb', mutants: states.map((status) => ({ status, location: place(1) })) },
      },
    };
    const counted = judged(report);
    expect(counted.map(({ status }: { status: string }) => status)).toEqual(states.slice(0, 4));
    expect(scoreLine(counted, true)).toBe(
      '2 of 4 mutants found, 50.0 % (95 % confidence: 15.0 to 85.0 %), 1 of them since the tests did not end',
    );
    expect(scoreLine([], false)).toBe('no mutants');
  });
});

import { Session } from 'node:inspector';

/** Stretches of a function's text that nothing has gone through, in order and apart. */
type Gaps = readonly (readonly [start: number, end: number])[];

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly {
      readonly startOffset: number;
      readonly endOffset: number;
      readonly count: number;
    }[];
  }[];
}

/** What of the program's own code has been gone through so far. */
export interface Coverage {
  /**
   * Whether the code that ran since the last question goes where none went before.
   *
   * @param keep takes it for gone through
   */
  readonly isNew: (keep: boolean) => boolean;
  /** Functions that were entered so far. */
  readonly functions: () => number;
}

const common = (a: Gaps, b: Gaps): Gaps =>
  a.flatMap(([start, end]) =>
    b.flatMap(([from, to]) =>
      Math.max(start, from) < Math.min(end, to) ? [[Math.max(start, from), Math.min(end, to)] as const] : [],
    ),
  );

const lengthOf = (gaps: Gaps): number => gaps.reduce((sum, [start, end]) => sum + end - start, 0);

/** Begins to count, block by block (V8's precise coverage), in the files whose URL holds `part`. */
export const countCoverage = (part: string): Coverage => {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const take = (): readonly ScriptCoverage[] => {
    let scripts: readonly ScriptCoverage[] = [];
    // With a session in the same thread the answer is there before `post` returns.
    session.post('Profiler.takePreciseCoverage', (_, answer) => {
      scripts = answer?.result ?? [];
    });
    return scripts.filter(({ url }) => url.includes(part));
  };
  const left = new Map<string, Gaps>();
  return {
    functions: () => left.size,
    isNew: (keep) => {
      let isNew = false;
      for (const { url, functions } of take())
        for (const { ranges } of functions) {
          const [whole] = ranges;
          if (whole === undefined || whole.count === 0) continue;
          const name = `${url}:${whole.startOffset}:${whole.endOffset}`;
          const gaps: Gaps = ranges
            .filter(({ count }) => count === 0)
            .map(({ startOffset, endOffset }) => [startOffset, endOffset] as const);
          const before = left.get(name);
          const after = before === undefined ? gaps : common(before, gaps);
          if (before !== undefined && lengthOf(after) === lengthOf(before)) continue;
          isNew = true;
          if (keep) left.set(name, after);
        }
      return isNew;
    },
  };
};

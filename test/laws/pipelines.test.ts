import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../src/diagnostics/index.js';
import { compile } from '../../src/execution/compile.js';
import { estimate } from '../../src/execution/plan/plan.js';
import { runPlan } from '../../src/execution/run.js';
import { builtIn } from '../../src/ops/index.js';
import type { Graph } from '../../src/pipelines/check/graph.js';
import { analysePipeline } from '../../src/pipelines/code.js';
import { analyse } from '../../src/pipelines/compile.js';
import { fileOf } from '../../src/testing/arbitraries/values.js';
import {
  arbitraryEdits,
  arbitraryFaultyPipeline,
  arbitraryPipeline,
  frameFrom,
  pipelineOf,
  yamlOf,
} from '../../src/testing/index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-pipelines-'));
const [photos, results] = [join(folder, 'photos'), join(folder, 'results')];
const size = { width: 7, height: 5 };

beforeAll(async () => {
  mkdirSync(photos);
  for (const i of [0, 1]) {
    const photo = frameFrom(size, (x, y, c) => ((x + 2 * y + 3 * c + i) % 16) / 15);
    writeFileSync(join(photos, `photo${i}.png`), (await fileOf(photo)).bytes);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Networks are read from files and trained for a while; what is tried here is how operators fit together. */
const except = ['model', 'lut', 'ensemble.average', 'gan.step', 'watch'];
const options = { registry: builtIn, paths: { input: [photos], output: [results] }, except };
const pipelines = arbitraryPipeline(options);

const at = (text: string) => ({ path: join(folder, 'pipeline.yaml'), text });

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result))
    throw new Error(result.left.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return result.right;
};

/** What a graph says, without places in a file. */
const essence = ({ nodes, result, seed }: Graph) => ({
  seed,
  result,
  nodes: nodes.map(({ path, operator, written, reads, output }) => ({
    path,
    name: operator.name,
    written,
    reads,
    output,
  })),
});

/** Codes that no item of a well-typed pipeline may fail with: they are faults of operators. */
const faults = ['run/operator-threw', 'run/wrong-value', 'run/source-threw'];

/** Pixels above which a pipeline is left out: it would cost time and show no more. */
const MOST_PIXELS = 1 << 14;

describe('well-typed pipelines', () => {
  it('make sense, and are the same in code and in YAML', async () => {
    await fc.assert(
      fc.asyncProperty(pipelines, async (sketch) => {
        const fromFile = right(await analyse(at(yamlOf(sketch)))());
        const code = pipelineOf(sketch, builtIn);
        expect(essence(right(analysePipeline(code)))).toEqual(essence(fromFile));
        const again = right(await analyse(at(code.toYaml()))());
        expect(essence(again)).toEqual(essence(fromFile));
      }),
      { numRuns: 200 },
    );
  });

  it('run to their end on small photos', async () => {
    await fc.assert(
      fc.asyncProperty(pipelines, async (sketch) => {
        rmSync(results, { recursive: true, force: true });
        const plan = right(await compile(at(yamlOf(sketch)))());
        const shapes = estimate(plan, { ...size, channels: 3 }).flatMap(({ shape }) =>
          shape ? [shape] : [],
        );
        fc.pre(shapes.every(({ width, height }) => width * height <= MOST_PIXELS));
        const report = right(await runPlan(plan, { jobs: 2 })());
        expect(report.end).toEqual({ kind: 'complete' });
        const codes = report.failed.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code));
        expect(codes.filter((code) => faults.includes(code))).toEqual([]);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  }, 120_000);
});

describe('pipelines with one fault', () => {
  it('get its diagnostic, at its place', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFaultyPipeline(options), async ({ yaml, fault, code, line, column }) => {
        const checked = await analyse(at(yaml))();
        const found = E.isLeft(checked) ? checked.left : [];
        const places = found.map((each) => ({
          code: each.code,
          line: each.span?.start.line,
          column: each.span?.start.column,
        }));
        expect(places, `${fault}\n${yaml}`).toContainEqual({ code, line, column });
      }),
      { numRuns: 200 },
    );
  });
});

describe('damaged files', () => {
  it('are refused or read, and never end the compiler', async () => {
    const damaged = pipelines.chain((sketch) => arbitraryEdits(yamlOf(sketch)));
    await fc.assert(
      fc.asyncProperty(damaged, async (text) => {
        const checked = await analyse(at(text))();
        for (const { span, message } of E.isLeft(checked) ? checked.left : checked.right.warnings) {
          expect(message).not.toBe('');
          // What is missing at the end of a file is shown one character behind it.
          if (span !== undefined) expect(span.end.offset).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: 400 },
    );
  });
});

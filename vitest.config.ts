import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of what belongs to a whole process: its memory, the loaders that libvips may use, a graphics device. Each has its own. */
const ALONE = [
  'src/image/libvips.test.ts',
  'src/image/memory.test.ts',
  'src/pipelines/draw/draw.test.ts',
  'src/tensor/memory.test.ts',
  'src/tensor/webgpu.test.ts',
  // It reads an SVG, which libvips may not once this program has set it up.
  'test/e2e/cli.test.ts',
];

/** Parts of the names of files that take longest, in this order: they begin first, so that no worker is left with one at the end. */
const SLOWEST = [
  'test/e2e/torture',
  'test/laws/operators',
  'test/e2e/memory',
  'test/e2e/stopping',
  'test/e2e/training.',
  'src/tensor/memory',
  'src/tensor/webgpu',
  'src/queue/queue.',
  'test/e2e/',
  'test/fuzz/',
  'test/docs/guide',
  'test/docs/readme',
  'test/regular-expressions',
  'test/laws/',
  'src/tensor/lower/rules',
  'src/ops/dehaze.dark-channel/',
  'src/tensor/emit/dialects',
  'src/tensor/',
  'src/nn/',
  'src/ops/',
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = SLOWEST.findIndex((part) => moduleId.includes(part));
  return rank < 0 ? SLOWEST.length : rank;
};

/** The files that have processes of their own, then those that share some; of each the slowest first. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isShared = ({ project }: TestSpecification): number => (project.name === 'shared' ? 1 : 0);
    return sorted.toSorted((a, b) => isShared(a) - isShared(b) || rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    // Machines are shared: a limit is there for what hangs, not for what is slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Tests of the command line wait for processes more than they compute: two workers a core keep all cores busy.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    typecheck: { enabled: false },
    sequence: { sequencer: SlowestFirst },
    // Loading the modules for each file again took a tenth of all time.
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { stringify } from 'yaml';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Frame } from '../../ports/index.js';
import { resolvedSteps } from '../../records/receipts/resolved.js';
import type { Shrunk } from './shrink.js';

/** What was written of a case. */
export interface WrittenCase {
  readonly folder: string;
  readonly picture: string;
  /** Shows the failure again, when it is run in the folder: it ends with status 1. */
  readonly command: string;
}

/** Writes a case to a folder: the cut-out, the pipeline that fails on it, and how to run it. */
export const writeCase = (
  shrunk: Shrunk,
  source: string,
  folder: string,
): TE.TaskEither<Diagnostics, WrittenCase> => {
  const picture = shrunk.frame.samples.depth === 'float32' ? 'crop.tif' : 'crop.png';
  const command = `pipe run pipeline.yaml${shrunk.laws ? ' --laws' : ''}`;
  return pipe(
    TE.fromTask(() => import('../../image/index.js')),
    TE.chain(({ encode }) =>
      encode(plain(shrunk.frame), {
        format: picture === 'crop.tif' ? 'tiff' : 'png',
        ...(picture === 'crop.tif' ? { depth: 32 } : {}),
      }),
    ),
    TE.chain(({ bytes }) =>
      TE.tryCatch(
        async () => {
          await mkdir(folder, { recursive: true });
          await writeFile(join(folder, picture), bytes);
          await writeFile(join(folder, 'pipeline.yaml'), pipelineOf(shrunk, picture, folder));
          await writeFile(join(folder, 'README.md'), pageOf(shrunk, source, picture, command));
        },
        (cause): Diagnostics => [
          failure('image/write-failed', `${folder} cannot be written: ${messageOf(cause)}.`, { cause }),
        ],
      ),
    ),
    TE.map(() => ({ folder, picture, command })),
  );
};

/** The pixels alone: nothing of the photo's metadata goes into a case that is shown to others. */
const plain = (frame: Frame): Frame => ({
  width: frame.width,
  height: frame.height,
  channels: frame.channels,
  samples: frame.samples,
  ...(frame.alpha === undefined ? {} : { alpha: frame.alpha }),
  metadata: {
    bits: frame.samples.depth === 'uint8' ? 8 : frame.samples.depth === 'uint16' ? 16 : 32,
    model: frame.channels === 1 ? 'grey' : 'rgb',
    orientation: 1,
    pages: 1,
    palette: false,
  },
});

const pipelineOf = (
  { graph, nodes, failure: { operator } }: Shrunk,
  picture: string,
  folder: string,
): string => {
  const plugins = (graph.plugins ?? []).map((plugin) =>
    plugin.startsWith('/')
      ? `./${relative(folder, plugin)}`.replace('../../pipelines/', '../../pipelines/')
      : plugin,
  );
  return `# Fails at ${operator.replace(/^.*\//, '')}\n${stringify({
    version: 1,
    ...(graph.seed === 0 ? {} : { seed: graph.seed }),
    ...(plugins.length === 0 ? {} : { plugins }),
    steps: [{ files: picture }, 'decode', ...resolvedSteps(nodes, folder)],
  })}`;
};

const pageOf = (
  { region, nodes, failure: { operator, diagnostics }, graph }: Shrunk,
  source: string,
  picture: string,
  command: string,
): string => {
  const [{ code, message, hint }] = diagnostics;
  return `# ${code} at ${operator.replace(/^.*\//, '')}

${message}${hint === undefined ? '' : ` ${hint}`}

\`${picture}\` is the part of ${source} that is ${region.width}x${region.height} pixels large and begins ${region.left} pixels from the left and ${region.top}
from the top; \`pipeline.yaml\` is what is left of the pipeline ${graph.name}: ${nodes.map(({ operator: { name } }) => name).join(', ')}. In this folder,

    ${command}

shows it again and ends with status 1; with status 0 once it is mended.
`;
};

import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { stringify } from 'yaml';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { obstacleTo } from '../../disk/folders.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { inspect, type PluginUse } from '../../pipelines/plugins.js';
import { definedOnly } from '../../ports/defined.js';
import type { Frame } from '../../ports/index.js';
import { resolvedSteps, usedPlugins } from '../../records/receipts/resolved.js';
import type { Shrunk } from './shrink.js';

/** What was written of a case. */
export interface WrittenCase {
  readonly folder: string;
  readonly picture: string;
  /** Shows the failure again, when it is run in the folder: it ends with status 1. */
  readonly command: string;
}

/** Whether nothing is at a path, or an empty folder. */
const isFree = async (folder: string): Promise<boolean> => {
  const stats = await lstat(folder).catch(() => undefined);
  return stats === undefined || (stats.isDirectory() && (await readdir(folder)).length === 0);
};

/**
 * The folder for a case: the one that is wanted, which must be empty or not there, so that nothing is mixed and nothing written
 * over; or, where none is, the first that is free among `usual`, `usual-2`, …. Error: `file/exists`.
 */
export const folderFor = (wanted: string | undefined, usual: string): TE.TaskEither<Diagnostics, string> =>
  TE.tryCatch(
    async () => {
      if (wanted !== undefined) {
        if (await isFree(wanted)) return wanted;
        throw new Error('it is there already, and holds something');
      }
      // A link in the place of `shrunk` may have come with the photo, and leads anywhere.
      const obstacle = await obstacleTo(dirname(dirname(usual)), join(usual, 'README.md'));
      if (obstacle !== undefined && obstacle.path !== usual)
        throw new Error(`${obstacle.path} is ${obstacle.kind}`);
      for (let number = 2, folder = usual; ; number++) {
        if (await isFree(folder)) return folder;
        folder = `${usual}-${number}`;
      }
    },
    (cause): Diagnostics => [
      failure('file/exists', `${wanted ?? usual} is no folder for a case: ${messageOf(cause)}.`, {
        hint: 'Name another folder with --to.',
        cause,
      }),
    ],
  );

/** Writes a case to a folder: the cut-out, the pipeline that fails on it, and how to run it. Nothing that is there is written over. */
export const writeCase = (
  shrunk: Shrunk,
  source: string,
  folder: string,
): TE.TaskEither<Diagnostics, WrittenCase> => {
  const picture = shrunk.frame.samples.depth === 'float32' ? 'crop.tif' : 'crop.png';
  const command = `pipe run pipeline.yaml${shrunk.laws ? ' --laws' : ''}`;
  return pipe(
    TE.Do,
    TE.bind('plugins', () => pluginsFor(shrunk.graph)),
    TE.bind('image', () => TE.fromTask(() => import('../../image/index.js'))),
    TE.bind('picture', ({ image: { encode } }) =>
      encode(plain(shrunk.frame), {
        format: picture === 'crop.tif' ? 'tiff' : 'png',
        ...(picture === 'crop.tif' ? { depth: 32 } : {}),
      }),
    ),
    TE.chain(({ picture: { bytes }, plugins }) =>
      TE.tryCatch(
        async () => {
          await mkdir(folder, { recursive: true });
          const put = (name: string, content: string | Uint8Array): Promise<void> =>
            writeFile(join(folder, name), content, { flag: 'wx' });
          await put(picture, bytes);
          for (const { files } of plugins)
            for (const [path, content] of files) {
              await mkdir(dirname(join(folder, path)), { recursive: true });
              await put(path, content);
            }
          const names = plugins.map(({ name }) => name);
          await put('pipeline.yaml', pipelineOf(shrunk, picture, folder, names));
          await put('README.md', pageOf(shrunk, source, picture, command));
        },
        (cause): Diagnostics => [
          failure('image/write-failed', `${folder} cannot be written: ${messageOf(cause)}.`, { cause }),
        ],
      ),
    ),
    TE.map(() => ({ folder, picture, command })),
  );
};

/** A plugin of a case: what the pipeline calls it, and its files, which lie below the case's folder. */
interface CasePlugin {
  readonly name: string;
  readonly files: readonly (readonly [path: string, content: Uint8Array])[];
}

/** A plugin that is a file goes with the case, with all that it imports: it has the same digest there. */
const pluginsFor = (graph: Graph): TE.TaskEither<Diagnostics, readonly CasePlugin[]> =>
  TE.traverseArray(([i, use]: readonly [number, PluginUse]) =>
    use.kind === 'package'
      ? TE.right<Diagnostics, CasePlugin>({ name: use.place, files: [] })
      : pipe(
          inspect(use, use.folder),
          TE.map(({ closure: { entry, units } }): CasePlugin => {
            const place = `plugins/${i}`;
            const files = [...(units[0]?.files ?? [])].map(
              ([path, content]) => [`${place}/${path}`, content] as const,
            );
            return { name: `./${place}/${entry.name}`, files };
          }),
        ),
  )([...usedPlugins(graph).entries()]);

/** The pixels alone: nothing of the photo's metadata goes into a case that is shown to others. */
const plain = (frame: Frame): Frame => ({
  width: frame.width,
  height: frame.height,
  channels: frame.channels,
  samples: frame.samples,
  ...definedOnly({ alpha: frame.alpha }),
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
  plugins: readonly string[],
): string => {
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

shows it again and ends with status 1; with status 0 once it is fixed.
`;
};

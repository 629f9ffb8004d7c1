import { basename, extname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { shrink } from '../../execution/shrink/shrink.js';
import { folderFor, writeCase } from '../../execution/shrink/write-case.js';
import { analyse } from '../../pipelines/compile.js';
import { definedOnly } from '../../ports/defined.js';
import { compileAllowed } from '../allow-plugins.js';
import { type Exit, exit, notBegun } from '../exit.js';
import { findPipeline } from '../find-pipeline.js';
import { printable, shortPath } from '../printable.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe shrink` is given. */
export interface ShrinkArguments {
  readonly pipeline: string;
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly to?: string;
  readonly engine: string;
  /** Seconds. */
  readonly timeout?: number;
}

/** `pipe shrink`: finds the smallest case of a failure on a photo, and writes it to a folder. */
export const shrinkFile = async (
  file: string,
  { pipeline: target, set, allowPlugin, to, engine, timeout }: ShrinkArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const { folder, out, paint } = terminal;
  const result = await pipe(
    // Before the work: what may not be written over is said at once.
    to === undefined ? TE.right<Diagnostics, string>('') : folderFor(resolve(folder, to), to),
    TE.chain(() => findPipeline(target, folder)),
    TE.chain(({ file: found, pipeline }) =>
      compileAllowed(
        (plugins) => analyse(found, { set, plugins, folder, ...definedOnly({ pipeline }) }),
        (graph) => graph,
        allowPlugin,
        terminal,
      ),
    ),
    TE.chain((graph) => shrink(graph, resolve(folder, file), engine, timeout)),
    TE.bindTo('shrunk'),
    TE.bind('written', ({ shrunk }) => {
      const operator = shrunk.failure.operator.replace(/^.*\//, '');
      const usual = resolve(folder, 'shrunk', `${basename(file, extname(file))}-${operator}`);
      return pipe(
        folderFor(to === undefined ? undefined : resolve(folder, to), usual),
        TE.chain((place) => writeCase(shrunk, basename(file), place)),
      );
    }),
  )();
  if (E.isLeft(result)) {
    printDiagnostics(terminal, result.left);
    return notBegun(terminal, result.left);
  }
  const { shrunk, written } = result.right;
  const { region, nodes, failure, tries } = shrunk;
  const [{ code, message }] = failure.diagnostics;
  const place = shortPath(written.folder, folder);
  out(
    [
      `${paint.bold(printable(failure.operator))} fails on ${printable(file)}: ${paint.dim(`${code}:`)} ${printable(message)}`,
      `The smallest case, after ${tries} tries: ${region.width}x${region.height} pixels from (${region.left}, ${region.top}), through ${nodes.map(({ operator }) => operator.name).join(', ')}.`,
      `${paint.green('✓')} ${join(place, written.picture)}, pipeline.yaml and README.md; this shows it again:`,
      '',
      `  cd ${place} && ${written.command}`,
      '',
    ].join('\n'),
  );
  return exit.done;
};

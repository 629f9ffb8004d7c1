import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printableJson } from '../../diagnostics/index.js';
import { analyse } from '../../pipelines/compile.js';
import { type Drawing, drawingOf } from '../../pipelines/draw/drawing.js';
import { toMermaid } from '../../pipelines/draw/mermaid.js';
import { definedOnly } from '../../ports/defined.js';
import { compileToLook } from '../allow-plugins.js';
import { type Exit, exit } from '../exit.js';
import { findPipeline } from '../find-pipeline.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe graph` is given. */
export interface GraphArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly format: 'mermaid' | 'svg' | 'json';
}

/** `pipe graph`: draws a pipeline. */
export const graph = async (
  target: string | undefined,
  { set, allowPlugin, format }: GraphArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const drawing = await pipe(
    findPipeline(target, terminal.folder),
    TE.chain(({ file, pipeline }) =>
      compileToLook(
        (plugins) =>
          analyse(file, {
            set,
            plugins,
            folder: terminal.folder,
            ...definedOnly({ pipeline }),
          }),
        (analysed) => analysed,
        allowPlugin,
        terminal,
      ),
    ),
    // Standard output is the drawing alone.
    TE.chainFirstIOK(
      ({ warnings }) =>
        () =>
          printDiagnostics(
            terminal,
            warnings.filter(({ code }) => code.startsWith('plugin/')),
          ),
    ),
    TE.map(drawingOf),
  )();
  if (E.isLeft(drawing)) {
    printDiagnostics(terminal, drawing.left);
    return exit.wrong;
  }
  terminal.out(await draw(drawing.right, format));
  return exit.done;
};

const draw = async (drawing: Drawing, format: GraphArguments['format']): Promise<string> => {
  switch (format) {
    case 'mermaid':
      return toMermaid(drawing);
    case 'json':
      return `${printableJson(drawing, 2)}\n`;
    case 'svg':
      return (await import('../../pipelines/draw/svg.js')).toSvg(drawing);
  }
};

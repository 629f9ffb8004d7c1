import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { writeAtomically } from '../../disk/write.js';
import type { Exported } from '../../nn/onnx/export.js';
import { paramErrors } from '../../operator/params/index.js';
import { ensembleAverage } from '../../ops/ensemble.average/index.js';
import { absolutePath } from '../../pipelines/check/absolute-path.js';
import { USUAL_ENGINE } from '../../tensor/engines.js';
import { createEngine } from '../../tensor/run/engine.js';
import { type Exit, exit } from '../exit.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** As given on the command line. */
export interface ExportOptions {
  readonly to: string;
  readonly strength: number;
  readonly trust: number;
  readonly average: 'predictions' | 'weights';
  readonly members?: number;
  readonly at?: 'latest';
  readonly pixels: 'float' | 'uint8';
  readonly size?: { readonly width: number; readonly height: number };
}

/** `pipe export`: a trained model as one ONNX file, which is written once it has been found to give the same results. */
export const exportModel = async (
  run: string,
  { to, strength, trust, average, members, at, pixels, size }: ExportOptions,
  terminal: Terminal,
): Promise<Exit> => {
  const { exportEnsemble } = await import('../../nn/onnx/export.js');
  // What the operator refuses is refused here.
  const params = ensembleAverage.operator.params.codec.decode({
    models: run,
    strength,
    trust,
    average,
    ...(members === undefined ? {} : { members }),
    ...(at === undefined ? {} : { at }),
  });
  if (E.isLeft(params)) {
    const [first] = paramErrors(params.left);
    terminal.err(`\`pipe export\` ${first?.message ?? 'cannot do that'}.\n`);
    return exit.wrong;
  }
  const target = resolve(terminal.folder, to);
  const engine = createEngine(USUAL_ENGINE);
  const made = await pipe(
    exportEnsemble(engine)({
      models: absolutePath(run, terminal.folder),
      members: members ?? 'all',
      at,
      average,
      strength,
      trust,
      output: 'picture',
      pixels,
      size,
    }),
    TE.chainFirst(({ bytes }) => writeAtomically(target, bytes)),
  )();
  await engine.dispose();
  if (E.isLeft(made)) {
    printDiagnostics(terminal, made.left);
    return exit.wrong;
  }
  terminal.out(summary(to, pixels, made.right));
  return exit.done;
};

const summary = (to: string, pixels: ExportOptions['pixels'], exported: Exported): string => {
  const { bytes, snapshots, size, sides, difference } = exported;
  const values = pixels === 'uint8' ? 'uint8 0..255' : 'float32 0..1';
  const shape = size === undefined ? 'H, W' : `${size.height}, ${size.width}`;
  const any = size === undefined ? `; sides are multiples of ${sides.multiple}, ${sides.least} at least` : '';
  return `${[
    `${to}: ${(bytes.length / 1e6).toFixed(1)} MB, the ensemble of step${snapshots.length === 1 ? '' : 's'} ${snapshots.map(({ step }) => step).join(', ')}`,
    `  picture  [1, 3, ${shape}] ${values}, red, green, blue${any}`,
    '  edited   the same',
    `  differs from ensemble.average by ${difference.toExponential(1)} of white at most`,
    '',
    `In a pipeline: - model: ${to}`,
  ].join('\n')}\n`;
};

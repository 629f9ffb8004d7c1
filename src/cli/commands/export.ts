import { basename, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { GlobalPart } from '../../nn/inference/global-part.js';
import type { ExportChoice, Exported } from '../../nn/onnx/export.js';
import { paramErrors } from '../../operator/params/index.js';
import { ensembleAverage } from '../../ops/ensemble.average/index.js';
import { absolutePath } from '../../pipelines/check/absolute-path.js';
import { definedOnly } from '../../ports/defined.js';
import { USUAL_ENGINE } from '../../tensor/engines.js';
import { createEngine, type Engine } from '../../tensor/run/engine.js';
import { namedPlugins, type PluginArguments } from '../allow-plugins.js';
import { type Exit, exit } from '../exit.js';
import { type OutputFile, outputFile } from '../output-file.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** As given on the command line. */
export interface ExportOptions extends PluginArguments {
  readonly to: string;
  readonly overwrite: boolean;
  readonly strength: number;
  readonly trust: number;
  readonly average: 'predictions' | 'weights';
  readonly members?: number;
  readonly at?: 'latest';
  readonly pixels: 'float' | 'uint8';
  readonly size?: { readonly width: number; readonly height: number };
  readonly photos?: string;
  readonly entries: number;
}

/** The options that count for a table alone, or for an ONNX file alone, where the other is asked for. */
const misplaced = ({ to, photos, size, pixels }: ExportOptions): string | undefined => {
  if (!isTable(to)) return photos === undefined ? undefined : '`--photos` is for a .cube';
  return size !== undefined || pixels !== 'float'
    ? '`--size` and `--pixels` are for an ONNX file'
    : undefined;
};

const isTable = (to: string): boolean => to.toLowerCase().endsWith('.cube');

/**
 * `pipe export`: a trained model as one ONNX file, which is written once it has been found to give the same results; or its
 * global part as a .cube, where `--to` ends so.
 */
export const exportModel = async (run: string, options: ExportOptions, terminal: Terminal): Promise<Exit> => {
  const { to, overwrite, strength, trust, average, members, at, pixels, size } = options;
  const why = misplaced(options);
  if (why !== undefined) {
    terminal.err(`\`pipe export\`: ${why}.\n`);
    return exit.wrong;
  }
  // What the operator refuses is refused here.
  const params = ensembleAverage.operator.params.codec.decode({
    models: run,
    strength,
    trust,
    average,
    ...definedOnly({ members, at }),
  });
  if (E.isLeft(params)) {
    const [first] = paramErrors(params.left);
    terminal.err(`\`pipe export\` ${first?.message ?? 'cannot do that'}.\n`);
    return exit.wrong;
  }
  // Before the work: what may not be written over is said at once.
  const target = await outputFile(resolve(terminal.folder, to), overwrite)();
  if (E.isLeft(target)) {
    printDiagnostics(terminal, target.left);
    return exit.wrong;
  }
  const known = await namedPlugins(options, terminal)();
  if (E.isLeft(known)) {
    printDiagnostics(terminal, known.left);
    return exit.wrong;
  }
  const engine = createEngine(USUAL_ENGINE);
  const choice = {
    parts: known.right.parts,
    models: absolutePath(run, terminal.folder),
    members: members ?? 'all',
    at,
    average,
    strength,
    trust,
    output: 'picture',
  } as const;
  const made = isTable(to)
    ? await tableOf(engine, choice, target.right, options, terminal)
    : await onnxOf(engine, { ...choice, pixels, size }, target.right, to);
  await engine.dispose();
  if (E.isLeft(made)) {
    printDiagnostics(terminal, made.left);
    return exit.wrong;
  }
  terminal.out(made.right);
  return exit.done;
};

type Said = Promise<E.Either<Diagnostics, string>>;

const onnxOf = async (engine: Engine, choice: ExportChoice, target: OutputFile, to: string): Said => {
  const { exportEnsemble } = await import('../../nn/onnx/export.js');
  return pipe(
    exportEnsemble(engine)(choice),
    TE.chainFirst(({ bytes }) => target.write(bytes)),
    TE.map((made) => summary(to, choice.pixels, made)),
  )();
};

const tableOf = async (
  engine: Engine,
  choice: Omit<ExportChoice, 'pixels' | 'size'>,
  target: OutputFile,
  { to, photos, entries }: ExportOptions,
  { folder }: Terminal,
): Said => {
  const { globalPart } = await import('../../nn/inference/global-part.js');
  const { printCube } = await import('../../picture/lut/cube.js');
  const named = photos === undefined ? undefined : resolve(folder, photos);
  return pipe(
    globalPart(engine)({ ...choice, photos: named, entries }),
    TE.chainFirst(({ lut, ...found }) => {
      const text = printCube({ ...lut, title: basename(to, '.cube') }, [toldOf(found)]);
      return target.write(new TextEncoder().encode(text));
    }),
    TE.map(
      (found) =>
        `${to}: ${entries}x${entries}x${entries} colours. ${toldOf(found)}\n\nIn a pipeline: - lut: ${to}\n`,
    ),
  )();
};

const toldOf = ({ kept, photos }: Pick<GlobalPart, 'kept' | 'photos'>): string =>
  `It keeps ${Math.round(100 * kept)} % of what the model changes, on ${photos === 0 ? 'drawn scenes' : `${photos} photos`}; the rest depends on where in the frame a colour lies.`;

const summary = (to: string, pixels: ExportOptions['pixels'], exported: Exported): string => {
  const { bytes, snapshots, size, difference } = exported;
  const values = pixels === 'uint8' ? 'uint8 0..255' : 'float32 0..1';
  const shape = size === undefined ? 'H, W' : `${size.height}, ${size.width}`;
  return `${[
    `${to}: ${(bytes.length / 1e6).toFixed(1)} MB, the ensemble of step${snapshots.length === 1 ? '' : 's'} ${snapshots.map(({ step }) => step).join(', ')}`,
    `  picture  [1, 3, ${shape}] ${values}, red, green, blue`,
    '  edited   the same',
    `  differs from ensemble.average by ${difference.toExponential(1)} of white at most`,
    '',
    `In a pipeline: - model: ${to}`,
  ].join('\n')}\n`;
};

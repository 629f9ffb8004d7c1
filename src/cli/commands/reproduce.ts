import { dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printableJson } from '../../diagnostics/index.js';
import { diagnosticJson } from '../../execution/events/event-json.js';
import { type Reproduction, reproduce } from '../../execution/reproduce/reproduce.js';
import { definedOnly } from '../../ports/defined.js';
import type { Likeness } from '../../records/receipts/compare.js';
import { askAbout } from '../allow-plugins.js';
import { complete, type Exit, notBegun } from '../exit.js';
import { outputFile } from '../output-file.js';
import { printable } from '../printable.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe reproduce` is given. */
export interface ReproduceArguments {
  readonly input?: string;
  readonly engine?: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly keep?: string;
  readonly overwrite: boolean;
  readonly read: readonly string[];
  readonly allowPlugin: readonly string[];
  readonly memory?: number;
  readonly json: boolean;
}

/** `pipe reproduce`: makes a result again from its receipt, and says whether it is the same. */
export const reproduceFile = async (
  file: string,
  { input, engine, timeout, keep, overwrite, read, allowPlugin, memory, json }: ReproduceArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const { folder, out } = terminal;
  const result = await pipe(
    // Before the work: what may not be written over is said at once.
    keep === undefined ? TE.right(undefined) : outputFile(resolve(folder, keep), overwrite),
    TE.bindTo('output'),
    TE.bind('made', () =>
      reproduce(resolve(folder, file), {
        within: [dirname(resolve(folder, file)), folder, ...read.map((each) => resolve(folder, each))],
        ask: askAbout(terminal, allowPlugin),
        signal: terminal.signal,
        ...definedOnly({ memory, engine, timeout }),
        ...(input === undefined ? {} : { input: resolve(folder, input) }),
      }),
    ),
    TE.chainFirst(({ output, made: { bytes } }) => output?.write(bytes) ?? TE.right(undefined)),
    TE.map(({ made }) => made),
  )();
  if (E.isLeft(result)) {
    if (json) for (const diagnostic of result.left) out(`${printableJson(diagnosticJson(diagnostic))}\n`);
    else printDiagnostics(terminal, result.left);
    return notBegun(terminal, result.left);
  }
  out(json ? `${printableJson(toJson(result.right), 2)}\n` : toText(result.right, terminal));
  return complete(result.right.likeness.kind !== 'different');
};

const toJson = ({ bytes: _, likeness, ...rest }: Reproduction) => ({
  verdict: likeness.kind,
  ...('difference' in likeness && likeness.difference !== undefined
    ? {
        difference: {
          ...likeness.difference,
          // JSON has no infinity: the pixels are the same, only the files differ.
          psnr: Number.isFinite(likeness.difference.psnr) ? likeness.difference.psnr : null,
        },
      }
    : {}),
  ...rest,
});

const toText = (made: Reproduction, { paint }: Terminal): string => {
  const { receipt, engine, likeness, isUnchanged, isAsWritten, surroundings, otherNotes } = made;
  const isSame = likeness.kind !== 'different';
  const when = receipt.at === undefined ? '' : ` on ${receipt.at.slice(0, 16).replace('T', ' ')} UTC`;
  const on = receipt.engine === undefined ? '' : ` (engine ${receipt.engine})`;
  return [
    `${paint.bold(printable(receipt.output))} was made from ${printable(receipt.source)} by ${printable(receipt.name)}${printable(on)}${printable(when)}, says the receipt in the ${receipt.from}.`,
    `${isSame ? paint.green('✓') : paint.red('✗')} ${verdict(likeness)}${engine === undefined ? '' : `, on ${engine}`}.`,
    ...(isUnchanged === false
      ? [
          `${paint.yellow('!')} The file was changed since it was written${isAsWritten === true ? '; what was written then is made again bit for bit' : ''}.`,
        ]
      : []),
    ...surroundings.map((change) => `  ${paint.dim(`differs: ${printable(change)}`)}`),
    ...otherNotes.map((path) => `  ${paint.dim(`differs: what ${printable(path)} noted`)}`),
    '',
  ].join('\n');
};

const verdict = (likeness: Likeness): string => {
  switch (likeness.kind) {
    case 'identical':
      return 'Bit-equal: made again, it has the same bytes';
    case 'close':
      return `Equal within tolerance: ${inWords(likeness)}`;
    case 'different':
      return likeness.difference === undefined
        ? 'Different: not even the size is the same'
        : `Different: ${inWords(likeness)}`;
  }
};

const inWords = (likeness: Likeness): string => {
  const { largest, psnr } = ('difference' in likeness && likeness.difference) || { largest: 0, psnr: 0 };
  return Number.isFinite(psnr)
    ? `the largest difference is ${largest.toFixed(2)} of 255 levels, PSNR ${psnr.toFixed(1)} dB`
    : 'the pixels are the same, the files are not';
};

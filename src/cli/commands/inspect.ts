import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { printableJson } from '../../diagnostics/index.js';
import { diagnosticJson } from '../../execution/events/event-json.js';
import { nameOf } from '../../image/encoding/encode-options.js';
import { type Inspection, inspect } from '../../image/inspection/inspect.js';
import { FORMATS } from '../../image/inspection/kept.js';
import { complete, type Exit } from '../exit.js';
import { printable } from '../printable.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe inspect` is given. */
export interface InspectArguments {
  readonly json: boolean;
  /** Bytes that decoding may take. */
  readonly memory?: number;
}

/** `pipe inspect`: what each file is and carries, one after the other. */
export const inspectFiles = async (
  files: readonly string[],
  { json, memory }: InspectArguments,
  terminal: Terminal,
): Promise<Exit> => {
  let isComplete = true;
  for (const [i, file] of files.entries()) {
    if (terminal.signal.aborted) break;
    const found = await inspect(resolve(terminal.folder, file), file, memory)();
    const isSound = E.isRight(found) && !found.right.remarks.some(({ severity }) => severity === 'error');
    isComplete &&= isSound;
    if (json) terminal.out(`${printableJson(jsonOf(file, found))}\n`);
    else if (E.isLeft(found)) printDiagnostics(terminal, found.left);
    else terminal.out(`${i > 0 ? '\n' : ''}${linesOf(file, found.right, terminal).join('\n')}\n`);
  }
  return complete(isComplete);
};

const jsonOf = (file: string, found: Awaited<ReturnType<ReturnType<typeof inspect>>>): object => {
  if (E.isLeft(found)) return { file, remarks: found.left.map(diagnosticJson) };
  const { remarks, ...rest } = found.right;
  return { file, ...rest, remarks: remarks.map(diagnosticJson) };
};

const sizes = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

const exposureOf = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : seconds < 0.5 ? `1/${Math.round(1 / seconds)} s` : `${seconds} s`;

const takenLines = ({ exif }: Inspection): readonly (readonly [string, string])[] => {
  if (exif === undefined) return [];
  const { camera, lens, taken, aperture, iso, focalLength } = exif;
  const how = [
    exposureOf(exif.exposure),
    aperture === undefined ? undefined : `f/${Number(aperture.toFixed(1))}`,
    iso === undefined ? undefined : `ISO ${iso}`,
    focalLength === undefined ? undefined : `${Number(focalLength.toFixed(1))} mm`,
  ].filter((part) => part !== undefined);
  const line = (name: string, value: string | undefined): readonly (readonly [string, string])[] =>
    value === undefined || value === '' ? [] : [[name, value]];
  return [
    ...line('camera', camera),
    ...line('lens', lens),
    ...line('taken', taken),
    ...line('exposure', how.join(', ')),
    ['place', exif.gps ? 'yes: it says where it was taken' : 'no'],
  ];
};

const tableOf = ({ kinds, keeps }: Inspection): readonly string[] => {
  if (keeps === undefined || kinds.length === 0) return [];
  const width = Math.max(...kinds.map(({ length }) => length)) + 4;
  const head = `${''.padEnd(width)}${FORMATS.map((format) => nameOf(format).padEnd(6)).join('')}`;
  const rows = kinds.map((kind) => {
    const cells = FORMATS.map((format) => (keeps[format]?.includes(kind) === true ? '✓' : '–').padEnd(6));
    return `  ${kind.padEnd(width - 2)}${cells.join('')}`;
  });
  return ['  what each format would keep of it', head.trimEnd(), ...rows.map((row) => row.trimEnd())];
};

const linesOf = (file: string, found: Inspection, { paint }: Terminal): readonly string[] => {
  const { width, height, bits, model, orientation, pictures, remarks, carries, rating } = found;
  const deep = `${bits} bits ${model}${found.transparency ? ' with transparency' : ''}`;
  const turned = orientation === 1 ? '' : `, turned by orientation ${orientation}`;
  const lines: readonly (readonly [string, string])[] = [
    ['format', `${found.format}, ${sizes(found.bytes)}${pictures > 1 ? `, ${pictures} pictures` : ''}`],
    [
      'size',
      `${width}x${height}, ${deep}${found.chromaSubsampling ? `, ${found.chromaSubsampling}` : ''}${turned}`,
    ],
    ['colours', found.colours],
    ...takenLines(found),
    ...(rating === undefined ? [] : [['rating', `${rating}`] as const]),
    ...(carries.length === 0 ? [] : [['carries', carries.join(', ')] as const]),
    ['state', found.damaged ? 'damaged' : found.keeps === undefined ? 'not decoded' : 'whole'],
  ];
  return [
    paint.bold(printable(file)),
    ...lines.map(([name, value]) => `  ${name.padEnd(9)} ${printable(value)}`),
    ...remarks.map(
      ({ message, hint }) =>
        `  ${paint.yellow('!')} ${printable(message)}${hint ? ` ${printable(hint)}` : ''}`,
    ),
    ...tableOf(found),
  ];
};

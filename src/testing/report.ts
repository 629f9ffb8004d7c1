import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { stringify } from 'yaml';
import { encode } from '../image/index.js';
import type { Frame } from '../ports/index.js';
import type { Case } from './case.js';
import { streamsOf } from './case.js';
import type { Subject } from './laws/law.js';

/** A law that an operator breaks, on as little as shows it. */
export interface Breach {
  readonly subject: Subject;
  readonly law: string;
  /** What is wrong. */
  readonly how: string;
  readonly smallest: Case;
  /** What gives the case again: fast-check's seed, and its path to the case. */
  readonly seed: number;
  readonly path: string;
  /** The first arguments in a line that replays the case: `sepia, { `. */
  readonly replay: string;
}

/** That an operator breaks a law. Where its pictures and parameters lie, and how to see it again, is in the message. */
export class LawError extends Error {
  override readonly name = 'LawError';
  /** Name of the operator. */
  readonly operator: string;
  /** Name of the law, as `checkOp` takes it. */
  readonly law: string;
  /** Folder with the pictures and the parameters. */
  readonly folder: string;
  readonly seed: number;
  readonly path: string;

  constructor(message: string, { subject, law, seed, path }: Breach, folder: string) {
    super(message);
    this.operator = subject.operator.name;
    this.law = law;
    this.folder = folder;
    this.seed = seed;
    this.path = path;
  }
}

const sizeOf = ({ width, height, channels, samples, alpha }: Frame): string =>
  `${width}x${height}, ${channels === 1 ? 'grey' : 'colour'}, ${samples.depth}${alpha === undefined ? '' : ', transparent'}`;

/** Writes a picture as PNG; what float32 has beyond 0..1 is clipped there. */
const writePicture = async (path: string, frame: Frame): Promise<void> => {
  const bytes = await encode(frame, { format: 'png', depth: frame.samples.depth === 'uint8' ? 8 : 16 })();
  if (E.isRight(bytes)) await writeFile(path, bytes.right.bytes);
};

/** Writes down what broke a law, and says where and how to see it again. */
export const reportBreach = async (breach: Breach): Promise<LawError> => {
  const { subject, law, how, smallest, seed, path, replay } = breach;
  const { operator } = subject;
  const folder = await mkdtemp(join(tmpdir(), 'prismflow-law-'));
  const names = Object.keys(streamsOf(operator));
  const pictures = smallest.items.flatMap((drafts, i) =>
    drafts.flatMap((draft, s) =>
      draft.pictures.map((frame, k) => {
        const several = draft.pictures.length > 1 ? `-${k}` : '';
        return { frame, file: join(folder, `${names[s] ?? 'items'}-${i}${several}.png`) };
      }),
    ),
  );
  await Promise.all(pictures.map(({ file, frame }) => writePicture(file, frame)));
  const step = stringify([
    isBare(smallest.written) ? operator.name : { [operator.name]: smallest.written },
  ]).trimEnd();
  const parameters = join(folder, 'parameters.yaml');
  await writeFile(parameters, `${step}\n`);
  const again = `await checkOp(${replay}law: ${quoted(law)}, seed: ${seed}, path: ${quoted(path)} });`;
  await writeFile(join(folder, 'replay.txt'), `${again}\n`);
  const message = [
    `${operator.name} breaks the law "${law}": ${how}.`,
    ...pictures.map(({ file, frame }) => `  picture     ${file} (${sizeOf(frame)})`),
    `  parameters  ${parameters}`,
    ...step.split('\n').map((line) => `    ${line}`),
    `  at seed ${smallest.seed}, index ${smallest.index}, pass ${smallest.epoch}`,
    `  replay      ${again}`,
  ];
  return new LawError(message.join('\n'), breach, folder);
};

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

const isBare = (written: unknown): boolean =>
  written === undefined ||
  written === null ||
  (typeof written === 'object' && Object.keys(written).length === 0);

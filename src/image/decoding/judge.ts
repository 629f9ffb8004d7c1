import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { arePadding } from '../containers/jpeg.js';
import { listening, listeningAlone, type Open } from '../libvips.js';
import { meansNoMemory } from '../thrown.js';
import { lossAmong, mayMeanLoss, type Stray } from './complaints.js';
import type { Header } from './header.js';
import { asReason, linesOf } from './reason.js';

/** How much a decoder puts up with before it gives up. */
export type FailOn = 'warning' | 'error' | 'none';

/** Work on a file's pixels, or what libvips said when it failed. */
export type Attempt<A> = (failOn: FailOn, open: Open) => TE.TaskEither<string, A>;

/** What was decoded, and why samples of it are lost or made up; undefined where none are. */
export interface Judged<A> {
  readonly value: A;
  readonly loss: string | undefined;
}

/**
 * Decodes, and says whether the samples are those that were stored. A file that no decoder complains about is decoded once, beside
 * others. At a complaint, of whichever file, it is decoded again while libvips does nothing else: what a file is found to be never
 * depends on what is decoded beside it. Left: the reason to refuse the file.
 */
export const judged =
  <A>(header: Header, attempt: Attempt<A>, tolerance: 'refuse' | 'keep'): TE.TaskEither<string, Judged<A>> =>
  async () => {
    const { value, messages } = await listening((open) => attempt('warning', open)());
    if (E.isRight(value) && !mayMeanLoss(messages)) return E.right({ value: value.right, loss: undefined });
    if (E.isLeft(value) && meansNoMemory(value.left)) return E.left(asReason(value.left));
    return alone(header, attempt, tolerance);
  };

const alone = async <A>(
  header: Header,
  attempt: Attempt<A>,
  tolerance: 'refuse' | 'keep',
): Promise<E.Either<string, Judged<A>>> => {
  // 1. As strictly as the decoder can be.
  const strict = await heard(attempt, 'warning');
  const about = (told: readonly string[]) => lossAmong(told, isPaddingOf(header));
  if (E.isRight(strict.value)) {
    const loss = about(strict.messages);
    if (loss === undefined) return E.right({ value: strict.value.right, loss: undefined });
    return tolerance === 'keep'
      ? E.right({ value: strict.value.right, loss: asReason(loss) })
      : E.left(asReason(loss));
  }
  const reason = asReason(about(strict.messages) ?? strict.messages[0] ?? 'the decoder gave no reason');
  // 2. It gave up: at a warning, which may be harmless, or at more.
  const lenient = await heard(attempt, 'error');
  if (E.isRight(lenient.value)) {
    const loss = about([...strict.messages, ...lenient.messages]);
    if (loss === undefined) return E.right({ value: lenient.value.right, loss: undefined });
    return tolerance === 'keep'
      ? E.right({ value: lenient.value.right, loss: asReason(loss) })
      : E.left(asReason(loss));
  }
  if (tolerance === 'refuse') return E.left(reason);
  // 3. All that can be had.
  const { value } = await heard(attempt, 'none');
  return E.isRight(value) ? E.right({ value: value.right, loss: reason }) : E.left(reason);
};

interface Told<A> {
  readonly value: E.Either<string, A>;
  /** What was said, the error last. */
  readonly messages: readonly string[];
}

const heard = async <A>(attempt: Attempt<A>, failOn: FailOn): Promise<Told<A>> => {
  const { value, messages } = await listeningAlone((open) => attempt(failOn, open)());
  const said = messages.flatMap(linesOf);
  return { value, messages: E.isLeft(value) ? [...said.filter(saysMore), ...linesOf(value.left)] : said };
};

// Not about rows that could not be had because of what is said beside.
const saysMore = (message: string): boolean => !/^error in tile/.test(message);

const isPaddingOf =
  ({ format, encoded }: Header) =>
  ({ count, marker }: Stray): boolean =>
    format !== 'jpeg' || arePadding(encoded, count, marker);

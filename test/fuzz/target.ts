import * as E from 'fp-ts/lib/Either.js';

/** A parser of foreign bytes, and what it is fed. */
export interface Target {
  /** Valid inputs, which are mutated; made anew each time, and the same each time. */
  readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Words of the format, which mutations put in. */
  readonly words?: readonly string[];
  /** Reads one input. It throws, or rejects, only where the parser does not do what it promises. */
  readonly run: (bytes: Uint8Array) => unknown;
  /** For what is slow to begin with: milliseconds of processor time an input may take. Default 2000. */
  readonly milliseconds?: number;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Makes sure of something that holds of every input. */
export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${what}`);
}

/** Makes sure that what is left is a reason or diagnostics; gives what is right. */
export const rightOf = <A>(outcome: E.Either<unknown, A>): A | undefined => {
  if (E.isRight(outcome)) return outcome.right;
  const { left } = outcome;
  const isReason = typeof left === 'string' && left.length > 0;
  const isDiagnostics =
    Array.isArray(left) &&
    left.length > 0 &&
    left.every(
      ({ code, message }) => typeof code === 'string' && typeof message === 'string' && message !== '',
    );
  expectThat(isReason || isDiagnostics, 'an error says what is wrong');
  return undefined;
};

/**
 * What a reader gives that may throw a RangeError where an offset leads out of the bytes: its caller takes that for damage.
 */
export const unlessOutside = <A>(read: () => A): A | undefined => {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RangeError && /outside the bounds/.test(thrown.message)) return undefined;
    throw thrown;
  }
};

/** A target that is no more than a reader of text, which gives what it found or why not. */
export const reading =
  (read: (text: string) => E.Either<unknown, unknown>) =>
  (bytes: Uint8Array): unknown =>
    rightOf(read(textOf(bytes)));

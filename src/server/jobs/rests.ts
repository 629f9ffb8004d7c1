const REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/** Pauses after what must not happen. */
export interface Rests {
  /** Begins one, unless one goes on; what is given is called at its end. */
  readonly begin: (after: () => void) => void;
  /** Something worked again. */
  readonly worked: () => void;
  readonly isResting: () => boolean;
  /** True from a failure until something worked again. */
  readonly isFailing: () => boolean;
  readonly end: () => void;
}

/** Rests after failures, each twice as long as the one before, until something worked again. */
export const createRests = (first = REST_MS): Rests => {
  let [failures, timer]: [number, NodeJS.Timeout | undefined] = [0, undefined];
  return {
    begin: (after: () => void): void => {
      if (timer !== undefined) return;
      timer = setTimeout(
        () => {
          timer = undefined;
          after();
        },
        Math.min(first * 2 ** failures++, LONGEST_REST_MS),
      );
      timer.unref();
    },
    worked: (): void => {
      if (timer === undefined) failures = 0;
    },
    isResting: (): boolean => timer !== undefined,
    isFailing: (): boolean => failures > 0,
    end: (): void => clearTimeout(timer),
  };
};

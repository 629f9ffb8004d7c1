/** Sleeps until a time has passed, or it is woken. */
export interface Sleeper {
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly wake: () => void;
  readonly close: () => void;
}

/** The longest that a timer can wait. */
const MOST_MS = 2 ** 31 - 1;

/** @param signal wakes it when it aborts */
export const createSleeper = (signal: AbortSignal): Sleeper => {
  let rouse = (): void => undefined;
  const wake = (): void => rouse();
  signal.addEventListener('abort', wake);
  return {
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(Math.max(milliseconds, 1), MOST_MS));
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
        if (signal.aborted) rouse();
      }),
    wake,
    close: () => signal.removeEventListener('abort', wake),
  };
};

/** Texts as they come, with another one whenever none came for so many milliseconds. Ends, and closes the source, when the signal aborts. */
export async function* withHeartbeat(
  source: AsyncIterable<string>,
  beat: string,
  milliseconds: number,
): AsyncGenerator<string> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const quiet = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, milliseconds, undefined);
      });
      const result = await Promise.race([next, quiet]).finally(() => clearTimeout(timer));
      if (result === undefined) yield beat;
      else if (result.done === true) return;
      else {
        yield result.value;
        next = iterator.next();
      }
    }
  } finally {
    // A source that waits for something ends by its own signal.
    void iterator.return?.();
  }
}

/** What any photo may take, and what it may take more for each of its megapixels, or megabytes while nothing is known of its pixels. */
const ANY_MS = 5 * 60_000;
const MS_PER_MEGA = 3 * 60_000;

/**
 * How long work may take unless something else is said: enough for the slowest operators on the smallest machines, so that what is
 * ended by it had no end.
 *
 * @param mega megapixels of a photo, or megabytes of a file
 * @returns milliseconds
 */
export const defaultTimeout = (mega: number): number => ANY_MS + MS_PER_MEGA * mega;

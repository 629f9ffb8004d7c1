/** Items that may be worked on at once, and the least memory that a photo may take: what `--jobs` and `--memory` take too. */
export const MOST_JOBS = 1024;
export const LEAST_MEMORY = 2 ** 20;
/** The least and the most time for a photo, in seconds; Infinity is allowed besides. */
export const LEAST_TIMEOUT = 0.1;
export const MOST_TIMEOUT = 30 * 86_400;

/** What a command came to, for scripts. */
export const exit = {
  /** All done. */
  done: 0,
  /** Some items failed, each was listed, the others are done. */
  someFailed: 1,
  /** The pipeline or the arguments are wrong; nothing ran. */
  wrong: 2,
  /** The run could not go on; what was done is kept. */
  stuck: 3,
  /** Stopped by the user with Ctrl-C; what was done is kept. By SIGTERM it is 143, by SIGHUP 129. */
  stopped: 130,
  /** Whoever read what is printed has gone, as with `| head`; what was done is kept. */
  readerGone: 141,
} as const;

export type Exit = (typeof exit)[keyof typeof exit];

/** What a command line came to that is no command's: help, or one that is wrong. */
export const usage = (status: number): Exit => (status === 0 ? exit.done : exit.wrong);

import { existsSync, readFileSync } from 'node:fs';
import type { Peer } from './peer.js';

/** One row of a result table. */
export interface Row {
  readonly name: string;
  /** Median milliseconds. */
  readonly ms: number;
  /** Peers' median milliseconds. */
  readonly peers: Readonly<Record<string, number>>;
  /** How many times faster than each peer: the median of the ratios of neighbouring runs. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Other figures, such as peak memory in MiB. */
  readonly figures: Readonly<Record<string, number>>;
  /** Peers that were left out, and why. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** The arithmetic mean. */
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const PAUSE_MS = 50;

/** Lets the threads of whoever ran last go to sleep. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/**
 * Times a function and its peers in turn, A B C A B C …, after one warm-up each, so that a machine that changes its
 * speed changes it for all of them.
 */
export const sideBySide = async (
  name: string,
  run: () => Promise<void>,
  peers: readonly (Peer | { readonly name: string; readonly skipped: string })[],
  runs: number,
): Promise<Row> => {
  const present = peers.filter((p): p is Peer => 'run' in p);
  await run();
  for (const peer of present) await peer.run(name);
  const own: number[] = [];
  const theirs = new Map(present.map((p) => [p.name, [] as number[]]));
  for (let i = 0; i < runs; i++) {
    await pause();
    const start = performance.now();
    await run();
    own.push(performance.now() - start);
    for (const peer of present) {
      await pause();
      theirs.get(peer.name)!.push(await peer.run(name));
    }
  }
  return {
    name,
    ms: median(own),
    peers: Object.fromEntries([...theirs].map(([peer, times]) => [peer, median(times)])),
    ratios: Object.fromEntries(
      [...theirs].map(([peer, times]) => [peer, median(times.map((t, i) => t / own[i]!))]),
    ),
    figures: {},
    skipped: Object.fromEntries(peers.flatMap((p) => ('skipped' in p ? [[p.name, p.skipped]] : []))),
  };
};

/** Peak resident memory of this process in MiB. Linux lets a child start with its parent's maxrss, so that is no use. */
export const peakMemory = (): number => {
  const high = existsSync('/proc/self/status')
    ? /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
    : null;
  return Math.round(Number(high?.[1] ?? process.resourceUsage().maxRSS) / 1024);
};

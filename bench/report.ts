import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { Row } from './measure.js';

const RESULTS = new URL('./RESULTS.md', import.meta.url);

const fixed = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const columnsOf = (rows: readonly Row[], of: (row: Row) => Readonly<Record<string, unknown>>): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(of(row)))),
];

/** Rows as a Markdown table: one column a peer's time, one its ratio, one a figure. */
export const table = (rows: readonly Row[]): string => {
  const peers = columnsOf(rows, (r) => r.peers);
  const figures = columnsOf(rows, (r) => r.figures);
  const head = ['case', 'ms', ...peers.flatMap((p) => [`${p} ms`, `× ${p}`]), ...figures];
  const lines = rows.map((row) => [
    row.name,
    fixed(row.ms),
    ...peers.flatMap((p) => [row.peers[p], row.ratios[p]].map((v) => (v === undefined ? '–' : fixed(v)))),
    ...figures.map((f) => (row.figures[f] === undefined ? '–' : fixed(row.figures[f]))),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
};

export const machine = (): string =>
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`;

/** Replaces a suite's section of RESULTS.md; other sections stay as they are. */
export const writeSection = (suite: string, text: string): void => {
  const [start, end] = [`<!-- ${suite} -->`, `<!-- /${suite} -->`];
  const section = `${start}\n${text}\n${end}`;
  const before = readFileSync(RESULTS, 'utf8');
  const [from, to] = [before.indexOf(start), before.indexOf(end)];
  const after =
    from >= 0 && to > from
      ? before.slice(0, from) + section + before.slice(to + end.length)
      : `${before.trimEnd()}\n\n${section}\n`;
  writeFileSync(RESULTS, after);
};

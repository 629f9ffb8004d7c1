import { printable } from '../../diagnostics/index.js';
import { chart, type Marks } from './chart.js';
import { type Explanation, explain, explainRate } from './explain.js';
import type { Line } from './lines.js';
import { short } from './short.js';
import { style } from './style.js';

/** A grid of samples as the page holds it. */
export interface PageGrid {
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** The picture as a data URL. */
  readonly url: string;
}

/** All that the page shows. */
export interface PageContent {
  /** What the training is called. */
  readonly name: string;
  readonly lines: readonly Line[];
  /** From the first to the newest. */
  readonly grids: readonly PageGrid[];
  /** What the columns of the grids are. */
  readonly columns: readonly string[];
  /** Whether training goes on: the page then looks for a newer version of itself. */
  readonly isRunning: boolean;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => printable(text).replaceAll(/[&<>"]/g, (c) => escapes[c] ?? c);

const count = (n: number): string => n.toLocaleString('en-GB');

/** Seconds in words. */
export const span = (seconds: number): string => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** Steps that the speed is taken from. */
const RECENT = 50;

/** Seconds that a step takes at present; undefined where none has been timed. */
export const secondsPerStep = (lines: readonly Line[]): number | undefined => {
  const timed = lines
    .slice(-RECENT)
    .map(({ seconds }) => seconds)
    .filter((seconds) => seconds > 0)
    .sort((a, b) => a - b);
  return timed[Math.floor(timed.length / 2)];
};

const marksOf = (lines: readonly Line[]): Marks => ({
  pretrained: lines.reduce((most, { phase, step }) => (phase === 'pretrain' ? step : most), 0),
  restarts: lines.flatMap(({ step, marks }) => (marks.includes('restart') ? [step] : [])),
  restored: lines.flatMap(({ step, marks }) => (marks.includes('restored') ? [step] : [])),
  total: Math.max(...lines.map(({ total }) => total)),
});

/** Mean of the last values, for a number that does not jump. */
const recentMean = (values: readonly number[]): number => {
  const recent = values.filter(Number.isFinite).slice(-20);
  return recent.reduce((sum, value) => sum + value, 0) / recent.length;
};

const card = ({ title, about }: Explanation, now: string, picture: string): string =>
  `<section class="card"><h3>${escaped(title)}<span class="now">${now}</span></h3><p>${escaped(about)}</p>${picture}</section>`;

const metricCards = (lines: readonly Line[], marks: Marks): string => {
  const names = [...new Set(lines.flatMap(({ metrics }) => Object.keys(metrics)))];
  return names
    .map((name, i) => {
      const points = lines.flatMap(({ step, metrics }) => {
        const value = metrics[name];
        return value === undefined ? [] : [{ step, value }];
      });
      const mean = recentMean(points.map(({ value }) => value));
      const told = explain(name);
      return card(
        told,
        Number.isFinite(mean) ? short(mean) : 'not finite',
        chart({ title: escaped(told.title), id: `m${i}`, kind: 'noisy' }, points, marks),
      );
    })
    .join('');
};

const rateCard = (lines: readonly Line[], marks: Marks): string => {
  const points = lines.map(({ step, rate }) => ({ step, value: rate }));
  return card(
    explainRate,
    short(points.at(-1)?.value ?? 0),
    chart({ title: explainRate.title, id: 'rate', kind: 'exact' }, points, marks),
  );
};

const figure = ({ step, width, height, url }: PageGrid, columns: readonly string[], kind: string): string =>
  `<figure class="${kind}"><div class="columns">${columns.map((name) => `<figcaption>${escaped(name)}</figcaption>`).join('')}</div>` +
  `<img src="${url}" width="${width}" height="${height}" alt="Samples of step ${step}" loading="lazy">` +
  `<figcaption>After step ${count(step)}</figcaption></figure>`;

const gallery = ({ grids, columns }: Pick<PageContent, 'grids' | 'columns'>): string => {
  const newest = grids.at(-1);
  if (newest === undefined) return '';
  const earlier = grids.slice(0, -1).reverse();
  return [
    '<h2>What it makes of photos</h2>',
    '<p>Each row is a photo that it was learning from at that step. The output should come ever closer to what you want; look for halos, blotches and lost detail, which no curve shows.</p>',
    figure(newest, columns, 'newest'),
    earlier.length === 0
      ? ''
      : `<details><summary>Earlier: see how it learned</summary><div class="earlier">${earlier.map((grid) => figure(grid, columns, 'small')).join('')}</div></details>`,
  ].join('');
};

const phaseOf = (last: Line, isDone: boolean): string => {
  if (isDone) return 'done';
  return last.phase === 'pretrain' ? 'learns natural textures' : `learns its task, cycle ${last.cycle + 1}`;
};

const summary = (lines: readonly Line[], last: Line, isRunning: boolean): string => {
  const isDone = last.step >= last.total;
  const pace = secondsPerStep(lines);
  const perStep = last.images / last.step;
  const spent = lines.reduce((sum, { seconds }) => sum + seconds, 0);
  const facts: readonly (readonly [string, string])[] = [
    ['Steps', `${count(last.step)} of ${count(last.total)}`],
    ['State', isDone || isRunning ? phaseOf(last, isDone) : 'stopped; pipe run --resume goes on'],
    ['Photos seen', count(last.images)],
    ...(pace === undefined
      ? []
      : [['Speed', `${short(perStep / pace)} photos/s, ${short(pace)} s a step`] as const]),
    ['Time so far', span(spent)],
    ...(pace === undefined || isDone
      ? []
      : [['Time left', `about ${span(pace * (last.total - last.step))}`] as const]),
  ];
  const share = Math.min(100, (100 * last.step) / last.total).toFixed(1);
  return [
    `<div class="bar${isDone ? ' done' : ''}"><div style="width:${share}%"></div></div>`,
    `<dl>${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`,
  ].join('');
};

/** The report of a training as one file of HTML that needs nothing else. */
export const pageOf = ({ name, lines, grids, columns, isRunning }: PageContent): string => {
  const last = lines.at(-1);
  const marks = marksOf(lines);
  const restored = marks.restored.length;
  const body =
    last === undefined
      ? '<p>No step is done yet.</p>'
      : [
          summary(lines, last, isRunning),
          gallery({ grids, columns }),
          '<h2>Is it learning?</h2>',
          '<p>The bold lines are means over some time; the pale ones behind them show single steps, which leap since each sees other photos. The shaded part is the initial training, dashed lines are restarts.</p>',
          restored === 0
            ? ''
            : '<p>A red line is where a loss was not finite: an earlier state was restored and the learning rate lowered.</p>',
          `<div class="charts">${metricCards(lines, marks)}${rateCard(lines, marks)}</div>`,
        ].join('');
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    isRunning ? '<meta http-equiv="refresh" content="30">' : '',
    `<title>${escaped(name)}: training</title><style>${style}</style></head><body><main>`,
    `<h1>${escaped(name)}</h1>`,
    body,
    '<footer><p>Beside this page: <code>metrics.jsonl</code> has every figure of every step, <code>samples/</code> the pictures in full quality, and <code>tensorboard --logdir .</code> shows them all.</p></footer>',
    '</main></body></html>\n',
  ].join('\n');
};

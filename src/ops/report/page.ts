import { printable } from '../../diagnostics/index.js';
import { chart, type Level, type Marks } from './chart.js';
import { type Explanation, explain, explainJudged, explainRate } from './explain.js';
import { happened, TROUBLES } from './happened.js';
import type { Line } from './lines.js';
import { short } from './short.js';
import { span } from './span.js';
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

/** How good the result is by photos that are kept apart: a sentence, and curves against the photo itself and the best. */
const quality = (lines: readonly Line[], marks: Marks): string => {
  const judged = lines.flatMap(({ step, validation }) =>
    validation === undefined ? [] : [{ step, ...validation }],
  );
  const last = judged.at(-1);
  if (last === undefined) return '';
  const { by, figures, before, best, photos } = last;
  const [now, was] = [figures[by] ?? Number.NaN, before[by] ?? Number.NaN];
  const isWorse = now < was;
  const { title } = explainJudged(by);
  const cards = Object.keys(figures).map((name, i) => {
    const told = explainJudged(name);
    const levels: readonly Level[] = [
      { value: before[name] ?? 0, kind: 'before' },
      ...(name === by ? [{ value: best.value, kind: 'best' } as const] : []),
    ];
    return card(
      told,
      short(figures[name] ?? Number.NaN),
      chart(
        { title: escaped(told.title), id: `v${i}`, kind: 'exact' },
        judged.map((each) => ({ step: each.step, value: each.figures[name] ?? Number.NaN })),
        marks,
        levels,
      ),
    );
  });
  return [
    '<h2>How good is it?</h2>',
    `<p class="verdict${isWorse ? ' worse' : ''}">${isWorse ? 'The result is worse than the photo itself. ' : ''}${escaped(title)}: ${short(now)} at step ${count(last.step)}, ${short(was)} of the photo as it is; the best was ${short(best.value)} at step ${count(best.step)}.</p>`,
    `<p>By ${photos} ${photos === 1 ? 'photo' : 'photos'} that it never learns from. The dotted red line is the photo as it is, the green one the best.</p>`,
    `<div class="charts">${cards.join('')}</div>`,
  ].join('');
};

/** What was noticed on the way, and what to change. */
const notices = (lines: readonly Line[]): string => {
  const noticed = lines.flatMap(({ step, marks }) =>
    marks.filter((mark) => TROUBLES.includes(mark)).map((mark) => ({ step, mark })),
  );
  return noticed.length === 0
    ? ''
    : `<h2>What was noticed</h2><ul class="notices">${noticed
        .slice(-NOTICES)
        .map(({ step, mark }) => `<li>Step ${count(step)}: ${escaped(happened(mark))}</li>`)
        .join('')}</ul>`;
};

/** Notices on the page at most. */
const NOTICES = 12;

const figure = ({ step, width, height, url }: PageGrid, columns: readonly string[], kind: string): string =>
  `<figure class="${kind}"><div class="columns">${columns.map((name) => `<figcaption>${escaped(name)}</figcaption>`).join('')}</div>` +
  `<img src="${url}" width="${width}" height="${height}" alt="Samples of step ${step}" loading="lazy">` +
  `<figcaption>After step ${count(step)}</figcaption></figure>`;

/** Whether photos are kept apart. */
const isJudged = (lines: readonly Line[]): boolean =>
  lines.some(({ validation }) => validation !== undefined);

const gallery = ({ grids, columns, lines }: Pick<PageContent, 'grids' | 'columns' | 'lines'>): string => {
  const newest = grids.at(-1);
  if (newest === undefined) return '';
  const earlier = grids.slice(0, -1).reverse();
  return [
    '<h2>What it makes of photos</h2>',
    `<p>${isJudged(lines) ? 'Each row is a photo that it never learns from, the same at every step.' : 'Each row is a photo that it was learning from at that step.'} The output should come ever closer to what you want; look for halos, blotches and lost detail, which no curve shows.</p>`,
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

/** Whether a step was the last of its training. */
export const isOver = ({ step, total, marks }: Line): boolean => step >= total || marks.includes('end');

/** Seconds that are left after a step, by what one takes. */
export const secondsLeft = ({ step, total, stepsLeft = total - step }: Line, pace: number): number =>
  pace * stepsLeft;

const summary = (lines: readonly Line[], last: Line, isRunning: boolean): string => {
  const isDone = isOver(last);
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
      : [['Time left', `about ${span(secondsLeft(last, pace))}`] as const]),
  ];
  const share = (isDone ? 100 : Math.min(100, (100 * last.step) / last.total)).toFixed(1);
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
          quality(lines, marks),
          gallery({ grids, columns, lines }),
          notices(lines),
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

import 'uplot/dist/uPlot.min.css';
import UPlot from 'uplot';
import { type Levels, type Points, rangeOf } from '../../state/trainings.js';

/** A curve drawn by uPlot: each value faint, their trend strong, in the colours of the page. */

/** Steps at which something happened. */
export interface Marks {
  readonly ends: readonly number[];
  readonly restored: readonly number[];
  /** Values that the curve is held against. */
  readonly levels: Levels;
}

export interface Chart {
  readonly show: (points: Points, marks: Marks) => void;
  readonly close: () => void;
}

const HEIGHT = 150;
const SYNC = 'training';

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const GROUPED = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

const axis = (size: number): UPlot.Axis => ({
  stroke: () => colour('--muted'),
  font: '11px system-ui, sans-serif',
  size,
  gap: 4,
  grid: { stroke: () => colour('--line'), width: 1 },
  ticks: { show: false },
});

/** Lines from top to bottom at the marks. */
const drawMarks = (plot: UPlot, { ends, restored, levels }: Marks): void => {
  const { ctx, bbox } = plot;
  const line = (step: number, stroke: string): void => {
    const x = Math.round(plot.valToPos(step, 'x', true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.strokeStyle = stroke;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  };
  const level = (value: number | undefined, name: string): void => {
    if (value === undefined) return;
    const y = Math.round(plot.valToPos(value, 'y', true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.strokeStyle = colour(name);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  };
  ctx.save();
  ctx.setLineDash([4, 4]);
  ctx.lineWidth = 1;
  for (const step of ends) line(step, colour('--line-strong'));
  for (const step of restored) line(step, colour('--danger'));
  level(levels.before, '--danger');
  ctx.setLineDash([]);
  level(levels.best, '--line-strong');
  ctx.restore();
};

const optionsOf = (
  width: number,
  marks: () => Marks,
  onPoint: (index: number | undefined) => void,
): UPlot.Options => ({
  width,
  height: HEIGHT,
  legend: { show: false },
  padding: [8, 10, 0, 0],
  cursor: {
    y: false,
    drag: { x: true, y: false },
    sync: { key: SYNC },
    points: { size: 6 },
  },
  scales: {
    x: { time: false },
    y: {
      range: (plot) => {
        const { before = null, best = null } = marks().levels;
        const values = (plot.data[1] ?? []) as readonly (number | null)[];
        return [...rangeOf([...values, before, best])] as [number, number];
      },
    },
  },
  axes: [
    {
      ...axis(24),
      // Steps are whole.
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
      values: (_, steps) => steps.map((step) => GROUPED.format(step)),
    },
    { ...axis(46), values: (_, values) => values.map((value) => GROUPED.format(value)) },
  ],
  series: [
    {},
    { stroke: () => `${colour('--muted')}`, width: 1, alpha: 0.35, points: { show: false } },
    { stroke: () => colour('--accent'), width: 2, points: { show: false } },
  ],
  hooks: {
    draw: [(plot) => drawMarks(plot, marks())],
    setCursor: [({ cursor: { idx } }) => onPoint(idx ?? undefined)],
  },
});

/** Opens a chart in an element, as wide as that. @param onPoint is told which value is pointed at */
export const openChart = (element: HTMLElement, onPoint: (index: number | undefined) => void): Chart => {
  let marks: Marks = { ends: [], restored: [], levels: { before: undefined, best: undefined } };
  const plot = new UPlot(
    optionsOf(Math.max(120, element.clientWidth), () => marks, onPoint),
    [[], [], []],
    element,
  );
  const sized = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(120, element.clientWidth), height: HEIGHT }),
  );
  sized.observe(element);
  // Colours are read when something is drawn.
  const redraw = (): void => plot.redraw(false, true);
  const themed = new MutationObserver(redraw);
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const scheme = matchMedia('(prefers-color-scheme: light)');
  scheme.addEventListener('change', redraw);
  return {
    show: ({ steps, values, trend }, now) => {
      marks = now;
      // A width that somebody chose by dragging stays while new steps come.
      plot.setData([[...steps], [...values], [...trend]]);
    },
    close: () => {
      sized.disconnect();
      themed.disconnect();
      scheme.removeEventListener('change', redraw);
      plot.destroy();
    },
  };
};

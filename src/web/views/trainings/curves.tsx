import { useEffect, useRef, useState } from 'preact/hooks';
import type { Curve, Judged, Training } from '../../api/training-types.js';
import { figures } from '../../session/trainings.js';
import { levelsOf, marksOf, type Points, pointsOf } from '../../state/trainings.js';
import { texts } from '../../texts.js';
import { type Chart, openChart } from './chart.js';

const labels = texts.trainings;

/** A figure in four digits at most. */
const short = (value: number): string => (value === 0 ? '0' : Number(value.toPrecision(3)).toString());

const lastOf = ({ trend }: Points): number | undefined =>
  trend.findLast((value) => value !== null) ?? undefined;
const firstOf = ({ trend }: Points): number | undefined => trend.find((value) => value !== null) ?? undefined;

const CurveView = (props: {
  readonly curve: Curve;
  readonly id: string;
  readonly judged: Judged | undefined;
}) => {
  const { curve, id, judged } = props;
  const { name, title, about } = curve;
  const own = useRef<HTMLDivElement>(null);
  const levels = levelsOf(judged, name);
  const chart = useRef<Chart | undefined>(undefined);
  const [pointed, point] = useState<number | undefined>(undefined);
  const lines = figures.value.id === id ? figures.value.lines : [];
  const points = pointsOf(lines, name);
  useEffect(() => {
    if (own.current === null) return;
    chart.current = openChart(own.current, point);
    return () => {
      chart.current?.close();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => {
    chart.current?.show(points, {
      ends: marksOf(lines, 'restart'),
      restored: marksOf(lines, 'restored'),
      levels,
    });
  }, [lines, name, levels.before, levels.best]);
  const last = lastOf(points);
  const at = pointed === undefined ? undefined : points.steps[pointed];
  const value = pointed === undefined ? undefined : points.trend[pointed];
  const step = points.steps.at(-1) ?? 0;
  const first = firstOf(points);
  return (
    <figure class="curve">
      <figcaption>
        <span class="curve-title">{title}</span>
        <span class="curve-value" aria-hidden="true">
          {at !== undefined && typeof value === 'number'
            ? labels.curveAt(at, short(value))
            : last === undefined
              ? ''
              : short(last)}
        </span>
      </figcaption>
      <div
        ref={own}
        class="curve-plot"
        role="img"
        aria-label={
          last === undefined || first === undefined
            ? title
            : labels.curveLabel(title, short(first), short(last), step)
        }
      />
      <p class="muted">
        {about}
        {levels.before === undefined ? null : ` ${labels.levels(short(levels.before))}`}
      </p>
    </figure>
  );
};

/** The figures of a training, step by step. */
export const Curves = ({ training: { id, curves = [], validation } }: { readonly training: Training }) => (
  <section class="training-part" aria-labelledby="curves-title">
    <h3 id="curves-title">{labels.curves}</h3>
    {curves.length === 0 ? <p class="muted">{labels.curvesNone}</p> : null}
    <div class="curves">
      {curves.map((curve) => (
        <CurveView key={curve.name} curve={curve} id={id} judged={validation} />
      ))}
    </div>
  </section>
);

import type { Progress } from '../../streams/index.js';
import type { Paints } from '../terminal.js';

/** Where a run stands, on one line of at most `width` columns. */
export const progressLine = (progress: Progress, skipped: number, width: number, paint: Paints): string => {
  const settled = progress.done + progress.failed;
  const counts = progress.total === undefined ? `${settled}` : `${settled}/${progress.total}`;
  const details = [
    counts,
    ...(progress.failed > 0 ? [`${progress.failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(progress.rate === undefined ? [] : [rateOf(progress.rate)]),
    ...(progress.eta === undefined ? [] : [`${clock(progress.eta)} left`]),
  ];
  return barLine(details, settled, progress.total, width, paint);
};

/**
 * A bar and some details, on one line of less than `width` columns. Of the details, what fits is shown, from the left; the
 * bar takes what room is left, and is left out where the total is unknown.
 */
export const barLine = (
  details: readonly string[],
  done: number,
  total: number | undefined,
  width: number,
  paint: Paints,
): string => {
  const text = details.reduce((line, detail) => {
    const longer = line === '' ? detail : `${line}  ${detail}`;
    return longer.length <= width - 1 ? longer : line;
  }, '');
  const room = Math.min(30, width - text.length - 3);
  if (total === undefined || total === 0 || room < 8) return text;
  const filled = Math.min(room, Math.floor((room * done) / total));
  return `${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(room - filled))}  ${text}`;
};

const rateOf = (perSecond: number): string =>
  perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(1 / Math.max(perSecond, 1e-9)).toFixed(1)} s each`;

/** Milliseconds as `m:ss`, or `h:mm:ss` where it takes hours. */
export const clock = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
};

/** Milliseconds in words, as at the end of a run. */
export const duration = (milliseconds: number): string => {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : clock(milliseconds);
};

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Samples, Training } from '../../api/training-types.js';
import { sampleOf } from '../../api/trainings.js';
import { titleOf } from '../../state/names.js';
import { cutOf, shownStep } from '../../state/trainings.js';
import { texts } from '../../texts.js';
import type { Size } from '../../viewer/geometry.js';
import { Button } from '../button.js';
import { DividerLine } from '../stage/divider.js';

const labels = texts.trainings;

const columnTitle = (column: string): string =>
  Object.hasOwn(labels.columns, column)
    ? labels.columns[column as keyof typeof labels.columns]
    : titleOf(column);

interface CellProps {
  readonly url: string;
  readonly samples: Samples;
  readonly row: number;
  readonly column: string;
}

/** One picture out of a grid: the grid, moved so that nothing else is seen. */
const Cell = ({ url, samples, row, column }: CellProps) => {
  const cut = cutOf(samples, row, column);
  return cut === undefined ? null : (
    <div class="cell" role="img" aria-label={labels.picture(columnTitle(column), row + 1)}>
      <img
        src={url}
        alt=""
        draggable={false}
        style={{
          width: `${cut.width * 100}%`,
          left: `${-cut.left * 100}%`,
          top: `${-cut.top * 100}%`,
        }}
      />
    </div>
  );
};

/** The size of an element as it is on the screen. */
const useSize = () => {
  const own = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = own.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [own, size] as const;
};

interface CompareProps {
  readonly url: string;
  readonly samples: Samples;
  readonly row: number;
  readonly left: string;
  readonly right: string;
  readonly share: number;
  readonly onMove: (share: number) => void;
}

/** An example: what went in, or should have come out, on the left of the divider, and what came out on its right. */
const Compare = ({ url, samples, row, left, right, share, onMove }: CompareProps) => {
  const [own, size] = useSize();
  const { width = 1, height = 1 } = samples.cell ?? {};
  const isCoarse = size.width > 6 * width;
  return (
    // A press beside the divider brings it there, as on the photo; the divider is for the keyboard.
    <div
      ref={own}
      class={isCoarse ? 'compare coarse' : 'compare'}
      style={{ aspectRatio: `${width} / ${height}` }}
      onPointerDown={({ offsetX, currentTarget }) => onMove(offsetX / Math.max(1, currentTarget.clientWidth))}
    >
      <Cell url={url} samples={samples} row={row} column={left} />
      <div class="clip" style={{ clipPath: `inset(0 0 0 ${share * 100}%)` }}>
        <Cell url={url} samples={samples} row={row} column={right} />
      </div>
      <DividerLine
        label={labels.divider(row + 1)}
        share={share}
        visible={{ x: 0, y: 0, ...size }}
        onMove={onMove}
      />
      <span class="tag left">{columnTitle(left)}</span>
      <span class="tag right">{columnTitle(right)}</span>
    </div>
  );
};

interface StepsProps {
  readonly steps: readonly number[];
  readonly step: number;
  readonly isNewest: boolean;
  readonly onChoose: (step: number | undefined) => void;
}

/** Which samples are shown: it follows the newest until an earlier one is chosen. */
const Steps = ({ steps, step, isNewest, onChoose }: StepsProps) => {
  const id = useId();
  const index = steps.indexOf(step);
  const share = steps.length < 2 ? 1 : index / (steps.length - 1);
  return (
    <div class="sample-steps">
      <label for={id} class="read-only">
        {labels.samplesStep}
      </label>
      <input
        id={id}
        type="range"
        class="dial-range"
        min={0}
        max={steps.length - 1}
        value={index}
        aria-valuetext={labels.samplesAt(step)}
        style={{ '--share': `${share * 100}%` }}
        onInput={({ currentTarget }) => onChoose(steps[Number(currentTarget.value)])}
      />
      <span class="sample-step">{labels.at(step)}</span>
      {isNewest ? null : <Button label={labels.newest} onClick={() => onChoose(undefined)} />}
    </div>
  );
};

const With = (props: {
  readonly columns: readonly string[];
  readonly value: string;
  readonly onChoose: (column: string) => void;
}) => (
  <div class="sample-with">
    <span>{labels.compareWith}</span>
    {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons in every browser. */}
    <div class="choices" role="group" aria-label={labels.compareWith}>
      {props.columns.map((column) => (
        <Button
          key={column}
          kind="quiet"
          label={columnTitle(column)}
          isPressed={column === props.value}
          onClick={() => props.onChoose(column)}
        />
      ))}
    </div>
  </div>
);

/** What a training makes of photos, now and earlier. */
export const SampleView = ({ training: { id, samples, step = 0 } }: { readonly training: Training }) => {
  const [chosen, choose] = useState<number | undefined>(undefined);
  const [compared, compare] = useState('input');
  const [share, move] = useState(0.5);
  const shown = shownStep(samples, chosen);
  const { steps, columns = [], rows = 0 } = samples;
  if (shown === undefined)
    return (
      <section class="training-part">
        <h3>{labels.samples}</h3>
        <p class="muted">{step > 1 ? labels.samplesMissing : labels.samplesNone}</p>
      </section>
    );
  const url = sampleOf(id, shown);
  const others = columns.filter((column) => column !== 'output');
  const left = others.includes(compared) ? compared : others[0];
  return (
    <section class="training-part" aria-labelledby="samples-title">
      <div class="training-part-head">
        <h3 id="samples-title">{labels.samples}</h3>
        {others.length > 1 && left !== undefined ? (
          <With columns={others} value={left} onChoose={compare} />
        ) : null}
        {steps.length > 1 ? (
          <Steps steps={steps} step={shown} isNewest={shown === steps.at(-1)} onChoose={choose} />
        ) : null}
      </div>
      {left === undefined || !columns.includes('output') ? (
        <img class="sample-grid" src={url} alt={labels.grid(shown)} />
      ) : (
        <div class="compares">
          {Array.from({ length: rows }, (_, row) => (
            <Compare
              key={String(row)}
              url={url}
              samples={samples}
              row={row}
              left={left}
              right="output"
              share={share}
              onMove={move}
            />
          ))}
        </div>
      )}
    </section>
  );
};

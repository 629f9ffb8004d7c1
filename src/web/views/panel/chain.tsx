import { useRef } from 'preact/hooks';
import { announced, chosen, dispatch, editChosen, photos, pipelineNamed } from '../../session/store.js';
import type { Step } from '../../state/chain.js';
import { titleOf } from '../../state/names.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';
import { Icon } from '../icons.js';
import { DialView } from './dial.js';

const labels = texts.chain;

const moveTo = (step: Step, to: number, of: number): void => {
  if (to < 0 || to >= of) return;
  editChosen({ kind: 'move', id: step.id, to });
  announced.value = labels.movedTo(titleOf(step.pipeline), to + 1, of);
};

/** Takes an edit along by pointer: it goes to where the middle of another is passed. */
const useDragging = (step: Step, index: number, of: number) => {
  const isDragged = useRef(false);
  const onPointerMove = (event: PointerEvent): void => {
    if (!isDragged.current) return;
    const list = (event.currentTarget as Element).closest('ol');
    const middles = [...(list?.children ?? [])].map((item) => {
      const { top, height } = item.getBoundingClientRect();
      return top + height / 2;
    });
    const to = middles.filter((middle, at) => at !== index && middle < event.clientY).length;
    if (to !== index) moveTo(step, to, of);
  };
  const end = (): void => {
    isDragged.current = false;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.isTrusted) (event.currentTarget as Element).setPointerCapture(event.pointerId);
      isDragged.current = true;
    },
    onPointerMove,
    onPointerUp: end,
    onPointerCancel: end,
  };
};

const Grip = ({ step, index, of }: { readonly step: Step; readonly index: number; readonly of: number }) => {
  const dragging = useDragging(step, index, of);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    moveTo(step, index + by, of);
    // The list is built anew around this button; it keeps the focus.
    const own = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => own.focus());
  };
  return (
    <button
      type="button"
      class="grip"
      aria-label={labels.drag(titleOf(step.pipeline))}
      title={labels.drag(titleOf(step.pipeline))}
      onKeyDown={onKeyDown}
      {...dragging}
    >
      <Icon name="grip" />
    </button>
  );
};

const Dials = ({ step }: { readonly step: Step }) => {
  const pipeline = pipelineNamed(step.pipeline);
  if (pipeline === undefined) return <p class="muted">{labels.unknown}</p>;
  const parameters = Object.entries(pipeline.parameters.properties ?? {});
  if (parameters.length === 0) return null;
  return (
    <div class="dials">
      {parameters.map(([name, schema]) => (
        <DialView
          key={name}
          name={name}
          schema={schema}
          value={step.values[name]}
          onChange={(value) => editChosen({ kind: 'set', id: step.id, name, value })}
        />
      ))}
    </div>
  );
};

const StepView = ({
  step,
  index,
  of,
}: {
  readonly step: Step;
  readonly index: number;
  readonly of: number;
}) => {
  const title = titleOf(step.pipeline);
  return (
    <li class={step.isOn ? 'step' : 'step off'}>
      <div class="step-head">
        <Grip step={step} index={index} of={of} />
        <h3>
          <span class="step-place">{index + 1}</span>
          {title}
        </h3>
        {of > 1 ? (
          <span class="step-moves">
            <Button
              kind="icon"
              icon="up"
              label={labels.up(title)}
              {...(index === 0 ? { why: labels.up(title) } : {})}
              onClick={() => moveTo(step, index - 1, of)}
            />
            <Button
              kind="icon"
              icon="down"
              label={labels.down(title)}
              {...(index === of - 1 ? { why: labels.down(title) } : {})}
              onClick={() => moveTo(step, index + 1, of)}
            />
          </span>
        ) : null}
        <Button
          kind="icon"
          icon={step.isOn ? 'eye' : 'eyeOff'}
          label={step.isOn ? labels.off(title) : labels.on(title)}
          onClick={() => editChosen({ kind: 'switch', id: step.id })}
        />
        <Button
          kind="icon"
          icon="close"
          label={labels.remove(title)}
          onClick={() => editChosen({ kind: 'remove', id: step.id })}
        />
      </div>
      <Dials step={step} />
    </li>
  );
};

/** The edits of this photo in their order, with their dials. */
export const ChainView = () => {
  const photo = chosen.value;
  const { steps, past, future } = photo?.chain ?? { steps: [], past: [], future: [] };
  const others = photos.value.list.filter(
    ({ key, place }) => key !== photo?.key && place.kind !== 'refused',
  ).length;
  return (
    <section class="panel-part chain-part" aria-labelledby="chain-title">
      <div class="part-head">
        <h2 id="chain-title">{labels.title}</h2>
        <Button
          kind="icon"
          icon="undo"
          label={labels.undo}
          shortcut="Ctrl Z"
          {...(past.length === 0 ? { why: labels.undo } : {})}
          onClick={() => editChosen({ kind: 'undo' })}
        />
        <Button
          kind="icon"
          icon="redo"
          label={labels.redo}
          shortcut="Ctrl Shift Z"
          {...(future.length === 0 ? { why: labels.redo } : {})}
          onClick={() => editChosen({ kind: 'redo' })}
        />
      </div>
      {steps.length === 0 ? <p class="muted">{labels.empty}</p> : null}
      <ol class="steps">
        {steps.map((step, index) => (
          <StepView key={step.id} step={step} index={index} of={steps.length} />
        ))}
      </ol>
      {steps.length > 0 && photo !== undefined ? (
        <div class="chain-more">
          {others > 0 ? (
            <Button
              kind="quiet"
              icon="stack"
              label={labels.spread(others)}
              onClick={() => dispatch({ kind: 'spread', key: photo.key })}
            />
          ) : null}
          <Button
            kind="quiet"
            icon="trash"
            label={labels.clear}
            onClick={() => editChosen({ kind: 'replace', steps: [] })}
          />
        </div>
      ) : null}
    </section>
  );
};

import { useState } from 'preact/hooks';
import type { Training } from '../../api/training-types.js';
import { changeTraining } from '../../session/trainings.js';
import { isWorse, shareDone } from '../../state/trainings.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';
import { Icon } from '../icons.js';
import { Curves } from './curves.js';
import { SampleView } from './samples.js';
import { UseDialog } from './use-dialog.js';

const labels = texts.trainings;

const progressOf = ({ step, total, phase }: Training): string => {
  if (step === undefined) return labels.atNone;
  const at = total === undefined ? labels.at(step) : labels.progress(step, total);
  return phase === 'pretrain' ? `${at}, ${labels.pretrain}` : at;
};

const factsOf = (training: Training): readonly string[] => {
  const { secondsLeft, secondsPerStep, images, state } = training;
  return [
    progressOf(training),
    ...(state === 'running' && secondsLeft !== undefined ? [labels.left(secondsLeft)] : []),
    ...(state === 'running' && secondsPerStep !== undefined ? [labels.pace(secondsPerStep)] : []),
    ...(images === undefined ? [] : [labels.seen(Math.round(images))]),
  ];
};

const Actions = ({ training, onUse }: { readonly training: Training; readonly onUse: () => void }) => {
  const { id, state, isOwn, canResume, canUse, checkpoint } = training;
  const isRunning = state === 'running' || state === 'starting';
  return (
    <div class="training-actions">
      {isRunning && isOwn ? (
        <Button icon="stop" label={labels.stop} onClick={() => void changeTraining(id, 'stop')} />
      ) : null}
      {canResume ? (
        <Button
          icon="play"
          label={checkpoint === undefined ? labels.resume : labels.resumeFrom(checkpoint)}
          onClick={() => void changeTraining(id, 'resume')}
        />
      ) : null}
      <Button
        kind={state === 'done' ? 'primary' : 'plain'}
        icon="bookmark"
        label={labels.use}
        why={canUse ? undefined : labels.useWhy}
        onClick={onUse}
      />
    </div>
  );
};

const Problem = ({ training: { problem = [] } }: { readonly training: Training }) => {
  const [first] = problem;
  return first === undefined ? null : (
    <div class="training-problem" role="alert">
      <Icon name="warning" />
      <p>
        {first.message} {first.hint}
      </p>
    </div>
  );
};

/** How good its result is by photos that it never learns from. */
const Quality = ({ training: { validation, curves = [] } }: { readonly training: Training }) => {
  if (validation === undefined) return null;
  const { by, figures, before, best, step, photos } = validation;
  const title = curves.find(({ name }) => name === `validation/${by}`)?.title ?? by;
  const worse = isWorse(validation);
  return (
    <p class={worse ? 'training-quality worse' : 'training-quality'} role={worse ? 'alert' : undefined}>
      {worse ? <strong>{labels.worse} </strong> : null}
      {labels.quality(title, figures[by] ?? undefined, before[by] ?? undefined, step, photos)}{' '}
      {best.step === step ? labels.isBest : labels.best(best.value, best.step)}
    </p>
  );
};

const Notices = ({ training: { notices = [] } }: { readonly training: Training }) =>
  notices.length === 0 ? null : (
    <ul class="training-notices" aria-label={labels.notices}>
      {notices.map(({ step, mark, text }) => (
        <li key={`${step} ${mark}`}>{labels.notice(step, text)}</li>
      ))}
    </ul>
  );

/** One training: how far it is, what it makes of photos, and its curves. */
export const Detail = ({ training }: { readonly training: Training }) => {
  const [isUsing, setUsing] = useState(false);
  const share = shareDone(training);
  const { state, isOwn, process, name } = training;
  return (
    <section class="training" aria-labelledby="training-title">
      <header class="training-head">
        <div class="training-title">
          <h2 id="training-title">{name}</h2>
          <span class={`training-state ${state}`} role="status">
            {labels.states[state]}
          </span>
        </div>
        <Actions training={training} onUse={() => setUsing(true)} />
        <div
          class="job-progress"
          role="progressbar"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
        >
          <div style={{ transform: `scaleX(${share})` }} />
        </div>
        <p class="training-facts">
          {factsOf(training).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {state === 'running' && !isOwn && process !== undefined ? (
          <p class="muted">{labels.elsewhere(process)}</p>
        ) : null}
        <Quality training={training} />
        <Notices training={training} />
        <Problem training={training} />
      </header>
      <SampleView training={training} />
      <Curves training={training} />
      {isUsing ? <UseDialog training={training} onClose={() => setUsing(false)} /> : null}
    </section>
  );
};

import '../../styles/trainings.css';
import { useEffect, useState } from 'preact/hooks';
import type { Training } from '../../api/training-types.js';
import { place } from '../../session/place.js';
import { chooseTraining, chosenTraining, followTrainings, list, look } from '../../session/trainings.js';
import { shareDone } from '../../state/trainings.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';
import { Detail } from './detail.js';
import { StartDialog } from './start-dialog.js';

const labels = texts.trainings;

const Entry = ({ training, isChosen }: { readonly training: Training; readonly isChosen: boolean }) => (
  <li>
    <button
      type="button"
      class={`training-entry ${training.state}`}
      aria-current={isChosen}
      onClick={() => chooseTraining(training.id)}
    >
      <span class="training-name">{training.name}</span>
      <span class="training-state">{labels.states[training.state]}</span>
      <span class="training-share" aria-hidden="true">
        <i style={{ transform: `scaleX(${shareDone(training)})` }} />
      </span>
    </button>
  </li>
);

const Content = ({ onStart }: { readonly onStart: () => void }) => {
  const training = chosenTraining.value;
  if (training !== undefined) return <Detail key={training.id} training={training} />;
  const isGone = place.value.kind === 'trainings' && place.value.id !== undefined;
  return (
    <div class="trainings-none">
      <h2>{isGone ? labels.gone : labels.none}</h2>
      <p class="muted">{labels.noneLead}</p>
      <Button kind="primary" icon="plus" label={labels.start} onClick={onStart} />
    </div>
  );
};

/** Trainings: which there are, how one goes, and what can be done with it. */
export const Trainings = () => {
  const [isStarting, setStarting] = useState(false);
  useEffect(followTrainings, []);
  const { value } = list;
  if (value.kind === 'failed')
    return (
      <main class="trainings-none">
        <h2>{labels.loadFailed}</h2>
        <div role="alert">
          <p>{value.problem.detail ?? value.problem.title}</p>
          <p class="muted">{value.problem.remedy}</p>
        </div>
        <Button label={texts.problems.tryAgain} icon="reset" onClick={() => void look()} />
      </main>
    );
  if (value.kind === 'loading')
    return (
      <main class="trainings-none" aria-busy="true">
        <p class="muted">{labels.loading}</p>
      </main>
    );
  const start = (): void => setStarting(true);
  return (
    <main class={value.trainings.length === 0 ? 'trainings empty' : 'trainings'} aria-label={labels.title}>
      {value.trainings.length === 0 ? null : (
        <nav class="trainings-list" aria-label={labels.list}>
          <Button icon="plus" label={labels.start} onClick={start} />
          <ul>
            {value.trainings.map((training) => (
              <Entry
                key={training.id}
                training={training}
                isChosen={training.id === chosenTraining.value?.id}
              />
            ))}
          </ul>
        </nav>
      )}
      <Content onStart={start} />
      {isStarting ? <StartDialog onClose={() => setStarting(false)} /> : null}
    </main>
  );
};

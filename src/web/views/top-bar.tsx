import { useState } from 'preact/hooks';
import { place, toggleTrainings } from '../session/place.js';
import { chosen, dialog, isQueueShown, photos, queue } from '../session/store.js';
import { isOpen, shareOf, toCome } from '../state/jobs.js';
import { texts } from '../texts.js';
import { Button } from './button.js';
import { Mark } from './icons.js';
import { Pick } from './pick.js';
import { chosenTheme, setTheme } from './theme.js';

const { bar } = texts;

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;

const Theme = () => {
  const [theme, set] = useState(chosenTheme);
  return (
    <Button
      kind="icon"
      icon={ICONS[theme]}
      label={bar.theme.label(bar.theme[theme], bar.theme[NEXT[theme]])}
      onClick={() => {
        set(NEXT[theme]);
        setTheme(NEXT[theme]);
      }}
    />
  );
};

const QueueButton = () => {
  const left = toCome(queue.value);
  const open = queue.value.jobs.filter(isOpen);
  const share = open.length === 0 ? 0 : open.reduce((sum, job) => sum + shareOf(job), 0) / open.length;
  return (
    <div class="queue-button">
      <Button
        label={left > 0 ? bar.queueWorking(left) : bar.queue}
        icon="queue"
        kind="quiet"
        shortcut="Q"
        isExpanded={isQueueShown.value}
        onClick={() => {
          isQueueShown.value = !isQueueShown.value;
        }}
      >
        {bar.queue}
        {left > 0 ? <span class="badge">{left}</span> : null}
      </Button>
      {left > 0 ? <div class="queue-share" style={{ transform: `scaleX(${share})` }} /> : null}
    </div>
  );
};

const TrainingsButton = () => {
  const isShown = place.value.kind === 'trainings';
  return (
    <div class="trainings-button">
      <Button
        label={isShown ? bar.photos : bar.trainings}
        icon={isShown ? 'photo' : 'curve'}
        kind="quiet"
        shortcut="G"
        onClick={toggleTrainings}
      />
    </div>
  );
};

export const TopBar = () => (
  <header class="bar">
    <div class="brand">
      <Mark />
      <h1>{texts.name}</h1>
    </div>
    <p class="bar-name">
      {place.value.kind === 'trainings' ? texts.trainings.title : (chosen.value?.name ?? '')}
    </p>
    <div class="bar-tools">
      {photos.value.list.length > 0 && place.value.kind === 'photos' ? (
        <Pick label={bar.add} icon="plus" kind="icon" />
      ) : null}
      <TrainingsButton />
      <QueueButton />
      <Theme />
      <Button
        label={bar.help}
        icon="help"
        kind="icon"
        shortcut="?"
        onClick={() => {
          dialog.value = { kind: 'shortcuts' };
        }}
      />
    </div>
  </header>
);

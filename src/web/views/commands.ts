import { useEffect } from 'preact/hooks';
import { download } from '../session/full.js';
import { keepSettings, settings } from '../session/kept.js';
import { type Command, commandOf } from '../session/keys.js';
import { toggleTrainings } from '../session/place.js';
import {
  areFactsShown,
  chosenInfo,
  dialog,
  dispatch,
  editChosen,
  edits,
  isHeld,
  isQueueShown,
  type Mode,
  mode,
  type Overlay,
  overlay,
  tab,
} from '../session/store.js';
import { toggleZoom, zoomBy } from './stage/gestures.js';

/** Commands by key, wherever the focus is but in fields that are written in. */

const setMode = (next: Mode): void => {
  mode.value = next;
  keepSettings({ mode: next });
};

const toggleOverlay = (of: Overlay): void => {
  overlay.value = overlay.value === of ? 'none' : of;
};

const zoom = (factor: number): void => {
  if (chosenInfo.value !== undefined) zoomBy(factor, chosenInfo.value);
};

const STEP = 1.4;

const COMMANDS: Readonly<Record<Command, () => void>> = {
  hold: () => {
    isHeld.value = true;
  },
  split: () => setMode('split'),
  side: () => setMode('side'),
  after: () => setMode('after'),
  zoom: () => {
    if (chosenInfo.value !== undefined) toggleZoom(chosenInfo.value);
  },
  'zoom-in': () => zoom(STEP),
  'zoom-out': () => zoom(1 / STEP),
  previous: () => dispatch({ kind: 'step', by: -1 }),
  next: () => dispatch({ kind: 'step', by: 1 }),
  clipping: () => toggleOverlay('clipping'),
  trust: () => {
    if (edits.value.length > 0) toggleOverlay('trust');
  },
  facts: () => {
    areFactsShown.value = !areFactsShown.value;
    tab.value = areFactsShown.value ? 'facts' : 'edits';
  },
  queue: () => {
    isQueueShown.value = !isQueueShown.value;
  },
  trainings: toggleTrainings,
  shortcuts: () => {
    dialog.value = { kind: 'shortcuts' };
  },
  undo: () => editChosen({ kind: 'undo' }),
  redo: () => editChosen({ kind: 'redo' }),
  download: () => void download(),
};

const isWritten = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'checkbox'));

export const useCommands = (): void => {
  useEffect(() => {
    const onDown = (event: KeyboardEvent): void => {
      if (isWritten(event.target) || dialog.value.kind !== 'none') return;
      const command = commandOf(event, settings().areKeysOn);
      if (command === undefined) return;
      event.preventDefault();
      if (!event.repeat || command.startsWith('zoom-')) COMMANDS[command]();
    };
    const release = (): void => {
      isHeld.value = false;
    };
    const onUp = ({ key }: KeyboardEvent): void => {
      if (key === '\\') release();
    };
    addEventListener('keydown', onDown);
    addEventListener('keyup', onUp);
    addEventListener('blur', release);
    return () => {
      removeEventListener('keydown', onDown);
      removeEventListener('keyup', onUp);
      removeEventListener('blur', release);
    };
  }, []);
};

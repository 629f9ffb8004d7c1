import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { startOwnProcess } from '../own-process.js';
import type { Said, Told, TrainingSetup } from './protocol.js';

/** A training in a process of its own, as whoever started it sees it. */
export interface TrainingProcess {
  /** Lets it keep what it has learned, and end. */
  readonly stop: () => void;
  /** Ends it at once: what came after its latest checkpoint is lost. */
  readonly kill: () => void;
  /** How it ended: with what went wrong, or with nothing. Never rejects. */
  readonly ended: Promise<Diagnostics | undefined>;
}

/** What is shown of the last words of a process that ended without saying why. */
const MOST_SHOWN = 300;

const died = (by: NodeJS.Signals | number | null, complaint: string): Diagnostics => {
  const last = complaint.trim().slice(-MOST_SHOWN);
  return [
    failure(
      'training/ended',
      `The process of the training ended (${by ?? 'it could not be started'})${last === '' ? '' : `: ${last}`}.`,
    ),
  ];
};

/** Starts a training in a process of its own, which keeps what it learned when this one goes. */
export const startTraining = (setup: TrainingSetup): TrainingProcess => {
  const started = startOwnProcess('#training-process');
  if (started === undefined)
    return { stop: () => undefined, kill: () => undefined, ended: Promise.resolve(died(null, '')) };
  const { child, complaint } = started;
  const tell = (told: Told): void => {
    if (child.connected) child.send(told, () => undefined);
  };
  const ended = new Promise<Diagnostics | undefined>((resolve) => {
    let said: Said | undefined;
    child.on('message', (message: Said) => {
      said = message;
    });
    child.on('error', () => resolve(died(null, complaint())));
    child.on('close', (status, by) => {
      if (said === undefined) resolve(died(by ?? status, complaint()));
      else resolve(said.kind === 'failed' ? said.diagnostics : undefined);
    });
  });
  tell({ kind: 'setup', setup });
  return { stop: () => tell({ kind: 'stop' }), kill: () => void child.kill('SIGKILL'), ended };
};

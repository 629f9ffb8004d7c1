import { type OwnProcess, startOwnProcess } from '../../execution/own-process.js';
import { crashed } from '../../execution/recovery/isolation/isolate.js';
import { timedOut } from '../../execution/time-limit.js';
import { type QueuedFailure, saidOf } from '../messages.js';
import type { Answer, Message, Setup, Task, Told } from './protocol.js';

/** What came of a photo: an answer, or the end of the process that was at it. */
export type Outcome = Answer | { readonly kind: 'ended'; readonly failed: QueuedFailure };

/** A process that works on photos, which is started when there is one and again when it has ended. */
export interface Hands {
  readonly work: (task: Task) => Promise<Outcome>;
  readonly close: () => void;
}

/** How much longer than a photo may take its process has to see that by itself. */
const GRACE_MS = 5000;
const LOOK_MS = 500;

interface Running {
  readonly task: Task;
  readonly settle: (outcome: Outcome) => void;
  operator: string;
  allowed: number;
  /** Milliseconds since the first operator began; those in which this process was stopped itself do not count. */
  passed: number | undefined;
}

interface Live extends OwnProcess {
  readonly running: Map<number, Running>;
}

/** Starts none yet. */
export const startHands = (setup: Setup): Hands => {
  let live: Live | undefined;
  let [next, last, isClosed] = [0, performance.now(), false];
  const look = setInterval(() => {
    const now = performance.now();
    const passed = Math.min(now - last, 2 * LOOK_MS);
    last = now;
    for (const [id, running] of live?.running ?? []) {
      if (running.passed === undefined) continue;
      running.passed += passed;
      if (running.passed > running.allowed + GRACE_MS) late(live, id, running, setup);
    }
  }, LOOK_MS);
  look.unref();
  const process = (): Live | undefined => {
    if (live !== undefined || isClosed) return live;
    const started = startOwnProcess('#queue-process');
    if (started === undefined) return undefined;
    const mine: Live = { ...started, running: new Map() };
    live = mine;
    listen(mine, setup, () => {
      if (live === mine) live = undefined;
    });
    tell(mine, { kind: 'setup', setup });
    return mine;
  };
  return {
    work: (task) =>
      new Promise((resolve) => {
        const to = process();
        if (to === undefined) return resolve(cannotStart(setup));
        const id = next++;
        const running: Running = {
          task,
          settle: (outcome) => {
            to.running.delete(id);
            resolve(outcome);
          },
          operator: '',
          allowed: Number.POSITIVE_INFINITY,
          passed: undefined,
        };
        to.running.set(id, running);
        tell(to, { kind: 'work', id, task });
      }),
    close: () => {
      isClosed = true;
      clearInterval(look);
      live?.child.kill('SIGKILL');
    },
  };
};

const cannotStart = ({ worker }: Setup): Outcome => ({
  kind: 'unable',
  said: {
    code: 'queue/refused',
    severity: 'warning',
    message: `The worker ${worker} can start no process to work in.`,
  },
});

const tell = ({ child }: Live, told: Told): void => {
  // One that has ended says so by itself.
  child.send(told, () => undefined);
};

const listen = (live: Live, setup: Setup, ended: () => void): void => {
  live.child.on('message', (message: Message) => {
    const running = live.running.get(message.id);
    if (running === undefined) return;
    if (message.kind === 'answer') return running.settle(message.answer);
    running.operator = message.operator;
    running.allowed = message.allowed;
    running.passed ??= 0;
  });
  live.child.on('error', () => undefined);
  live.child.on('close', (status, by) => {
    ended();
    for (const { settle, task, operator } of [...live.running.values()]) {
      const diagnostics = crashed(task.photo.key.path, by ?? status, live.complaint());
      settle({
        kind: 'ended',
        failed: { kind: 'failed', operator, diagnostics: diagnostics.map(saidOf), worker: setup.worker },
      });
    }
  });
};

/** Ends a process that a photo holds: nothing else ends native code. Others that were in it are worked on again. */
const late = (live: Live | undefined, id: number, running: Running, { worker }: Setup): void => {
  const { operator, passed = 0, allowed, task, settle } = running;
  const { diagnostics } = timedOut(task.photo.key, [{ operator, milliseconds: passed }], allowed);
  live?.running.delete(id);
  live?.child.kill('SIGKILL');
  settle({
    kind: 'failed',
    failed: { kind: 'failed', operator, diagnostics: diagnostics.map(saidOf), worker },
  });
};

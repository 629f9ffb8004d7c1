import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { metricsFrom } from '../../execution/trainings/on-disk.js';
import type { ServerEvent } from '../event-streams.js';
import { shownLine, shownTraining } from './shown.js';
import type { Trainings } from './trainings.js';

/** What is told of a training. */
export interface TrainingEvent extends ServerEvent {
  /** Where the figures that were told end. */
  readonly id: string;
  readonly event: 'training' | 'metrics';
}

/** Milliseconds between two looks: a training tells of a step some times a second at most. */
const LOOK_MS = 500;
const REST_MS = 2000;

/** How a training is told. */
export interface EventOptions {
  readonly signal: AbortSignal;
  /** What the client has heard: the id of its last event; empty for nothing. */
  readonly seen: string;
}

/**
 * Tells of a training until it is gone or the signal aborts: its figures from where the client stands, and the training itself whenever
 * something of it is other than before. It looks at the disk, so that trainings of other processes are told as well.
 */
export async function* trainingEvents(
  trainings: Trainings,
  id: string,
  { signal, seen }: EventOptions,
): AsyncGenerator<TrainingEvent> {
  let cursor = seen;
  let told = '';
  while (!signal.aborted) {
    const found = await trainings.find(id)();
    if (E.isLeft(found)) return;
    const shown = shownTraining(found.right);
    const text = JSON.stringify(shown);
    if (text !== told) yield { id: cursor, event: 'training', data: shown };
    told = text;
    for (let isEnd = false; !isEnd && !signal.aborted; ) {
      const part = await metricsFrom(found.right.folder, cursor);
      isEnd = part.isEnd;
      cursor = part.cursor;
      if (part.lines.length > 0 || part.isAnew)
        yield {
          id: cursor,
          event: 'metrics',
          data: { isAnew: part.isAnew, lines: part.lines.map(shownLine) },
        };
    }
    const isAtRest = ['stopped', 'done', 'failed'].includes(shown.state);
    await pause(isAtRest ? REST_MS : LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

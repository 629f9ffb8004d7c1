import * as E from 'fp-ts/lib/Either.js';
import { tap } from 'rxjs';
import { bytesOf, extentOf } from '../../image/decoding/extent.js';
import { type Frame, type Outcome, type Samples, travelsOn } from '../../ports/index.js';
import { type Budget, type ItemFlow, type Release, through } from '../../streams/index.js';

/** Pictures inside of a value: itself, both of a pair, all of a batch. */
export const framesIn = (value: unknown): readonly Frame[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (travelsOn({ kind: 'frame' }, value)) return [value];
  if ('from' in value && 'to' in value) return [...framesIn(value.from), ...framesIn(value.to)];
  if ('a' in value && 'b' in value) return [...framesIn(value.a), ...framesIn(value.b)];
  if ('items' in value && Array.isArray(value.items)) return value.items.flatMap(framesIn);
  return 'key' in value && 'value' in value ? framesIn(value.value) : [];
};

const resident = new WeakSet<Samples>();
const gone = new FinalizationRegistry<Release>((release) => release());

/** Whether the memory of a picture is counted as long as the picture lives. */
export const isResident = ({ samples }: Frame): boolean => resident.has(samples);

/**
 * Counts the memory of pictures that wait between the stages of a pipeline: each for as long as it lives, since who holds it, and
 * how long, is the business of what joins, collects and shares them.
 */
export const keepCount = (memory: Budget, value: unknown): void => {
  for (const frame of framesIn(value)) {
    if (isResident(frame)) continue;
    resident.add(frame.samples);
    gone.register(frame.samples, memory.hold(bytesOf(extentOf(frame))));
  }
};

/** Counts the pictures that come through a flow. */
export const counted =
  (memory: Budget | undefined) =>
  (flow: ItemFlow<unknown>): ItemFlow<unknown> =>
    memory === undefined
      ? flow
      : through<Outcome<unknown>, Outcome<unknown>>(
          tap((outcome) => {
            if (E.isRight(outcome)) keepCount(memory, outcome.right.value);
          }),
        )(flow);

import { readSync, writeSync } from 'node:fs';
import { isWhole, type Message, readMessage, toFrames } from './frames.js';

/** Where messages come from and answers go to. */
const PIPE = 3;

/** Reads bytes until the place is full; false where the other end is gone. */
const fill = (place: Uint8Array): boolean => {
  for (let at = 0; at < place.length; ) {
    const read = readSync(PIPE, place, at, place.length - at, null);
    if (read === 0) return false;
    at += read;
  }
  return true;
};

/** The next message of whoever started this process; undefined where the other end is gone. Waits without doing anything else. */
export const receive = (): Message | undefined => {
  let reading: ReturnType<typeof readMessage> | Message = readMessage();
  while (!isWhole(reading)) {
    if (!fill(reading.wanted)) return undefined;
    reading = reading.filled();
  }
  return reading;
};

/** Answers whoever started this process. */
export const send = (message: Message): void => {
  for (const frame of toFrames(message))
    for (let at = 0; at < frame.length; ) at += writeSync(PIPE, frame, at, frame.length - at);
};

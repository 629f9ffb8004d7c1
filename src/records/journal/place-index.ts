import { hash } from 'node:crypto';
import { onDisk } from '../../disk/names.js';

/** Where a line stands in a file: its first byte, and how many bytes it has without the line end. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** Where the last line about a name stands. */
export interface Places {
  /** Names are not kept, so whoever reads the line looks what it is about. */
  readonly get: (name: string) => Place | undefined;
  readonly set: (name: string, place: Place) => void;
  readonly delete: (name: string) => void;
}

/** The first half of a name's key and the second: of a million names no two are likely to share both. */
type Key = readonly [number, number];

const keyOf = (name: string): Key => {
  const digest = hash('sha256', onDisk(name), 'buffer');
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
};

interface Slots {
  readonly keys: Uint32Array;
  /** The place's first byte and one, 0 for a slot that was never filled. */
  readonly starts: Float64Array;
  /** 0 where the line no longer counts. */
  readonly lengths: Uint32Array;
}

const slots = (count: number): Slots => ({
  keys: new Uint32Array(2 * count),
  starts: new Float64Array(count),
  lengths: new Uint32Array(count),
});

const LEAST = 64;

/**
 * No places yet. A table in typed arrays, 20 bytes a slot, probed one slot after the other: journals can have a million
 * lines, and a map of objects takes many times as much.
 */
export const createPlaces = (): Places => {
  let table = slots(LEAST);
  let filled = 0;

  /** The slot of a key, or the free one where it would be. */
  const slotOf = ([low, high]: Key): number => {
    const { keys, starts } = table;
    const mask = starts.length - 1;
    let slot = low & mask;
    while (starts[slot] !== 0 && (keys[2 * slot] !== low || keys[2 * slot + 1] !== high))
      slot = (slot + 1) & mask;
    return slot;
  };

  const fill = (key: Key, start: number, length: number): void => {
    const slot = slotOf(key);
    if (table.starts[slot] === 0) filled++;
    table.keys.set(key, 2 * slot);
    table.starts[slot] = start;
    table.lengths[slot] = length;
  };

  /** Makes room, and leaves out what no longer counts. */
  const grow = (): void => {
    const { keys, starts, lengths } = table;
    const kept = lengths.reduce((count, length) => (length === 0 ? count : count + 1), 0);
    table = slots(kept * 2 > starts.length ? starts.length * 2 : starts.length);
    filled = 0;
    for (const [slot, length] of lengths.entries())
      if (length !== 0) fill([keys[2 * slot] ?? 0, keys[2 * slot + 1] ?? 0], starts[slot] ?? 0, length);
  };

  return {
    get: (name) => {
      const slot = slotOf(keyOf(name));
      const length = table.lengths[slot] ?? 0;
      return length === 0 ? undefined : { at: (table.starts[slot] ?? 0) - 1, length };
    },
    set: (name, { at, length }) => {
      fill(keyOf(name), at + 1, length);
      if (filled * 4 > table.starts.length * 3) grow();
    },
    delete: (name) => {
      table.lengths[slotOf(keyOf(name))] = 0;
    },
  };
};

import { describe, expect, it } from 'vitest';
import { crashes } from '../torture/crashes.js';
import { longDay } from '../torture/day.js';
import { killBulk, killWatch } from '../torture/kills.js';
import { oddNames } from '../torture/names.js';
import { canMount, fullDiskBulk, fullDiskWatch, readOnlyBulk, readOnlyWatch } from '../torture/places.js';
import { killServe } from '../torture/serve.js';

/** The short form of `npm run torture`. */
const small = canMount() ? it : it.skip;

describe('nothing is lost', () => {
  it('when a run is killed', async () => expect((await killBulk(5, 60)).faults).toEqual([]));

  it('when a watch is killed', async () => expect((await killWatch(5, 4)).faults).toEqual([]));

  it('when a server is killed', async () => expect((await killServe(5)).faults).toEqual([]));

  it.each(['run', 'watch'] as const)('by photos that end the process, in a %s', async (command) =>
    expect((await crashes(command, 12, 2)).faults).toEqual([]),
  );

  it.each(['run', 'watch'] as const)('by odd names, links and pipes, in a %s', async (command) =>
    expect((await oddNames(command)).faults).toEqual([]),
  );

  small('when the disk is full, in a run', async () => expect((await fullDiskBulk()).faults).toEqual([]));

  small('when the disk is full or read-only, in a watch', async () =>
    expect((await fullDiskWatch()).faults).toEqual([]),
  );

  small('when a folder is read-only, in a run', async () =>
    expect((await readOnlyBulk()).faults).toEqual([]),
  );

  small('when a folder is read-only, in a watch', async () =>
    expect((await readOnlyWatch()).faults).toEqual([]),
  );

  it.runIf(process.platform === 'linux')('when many photos come', async () => {
    // So few that all is still warming up: memory is held to be flat by the long form.
    const { faults } = await longDay(300, 100, 10);
    expect(faults).toEqual([]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { definedOnly } from '../../ports/defined.js';
import { openPhotoShelf } from '../photos/shelf.js';
import { openStore, type Store } from '../store/store.js';
import { copyingEditor } from '../testing/copying-editor.js';
import { openJobFiles } from './job-files.js';
import { createJob } from './queue.js';
import { rootsOf } from './roots.js';
import { startScheduler } from './scheduler.js';
import { sourcesOf } from './sources.js';

const folders: string[] = [];
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

/** On a busy machine. */
const SOON = { timeout: 30_000 };

const clock = { now: 1_700_000_000_000, keep: 1000 };

/** A scheduler with a job of three photos, on a store that fails when it is told to. */
const schedulerOf = async (settled?: () => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-scheduler-'));
  folders.push(folder);
  const real = openStore(folder);
  const files = await openJobFiles(folder, await openPhotoShelf(folder, real));
  const photos = ['a', 'b', 'c'].map((name) => {
    writeFileSync(join(folder, `${name}.jpg`), name);
    return { name, source: { kind: 'path', path: join(folder, `${name}.jpg`) } as const };
  });
  let failing = 0;
  const store: Store = {
    ...real,
    change: (work) => {
      if (failing-- > 0) throw new Error('no change');
      return real.change(work);
    },
  };
  const { id } = real.change((draft) =>
    createJob(
      draft,
      { name: '', owner: 'local', edits: [{ pipeline: 'copy', parameters: {} }], photos },
      clock,
    ),
  ).value;
  const faults: string[] = [];
  const editor = copyingEditor();
  const scheduler = startScheduler({
    store,
    files,
    editor,
    sources: sourcesOf(files, rootsOf([folder]), undefined),
    atOnce: 2,
    keep: 1000,
    now: () => clock.now,
    ...definedOnly({ settled }),
    failed: (thrown) => faults.push(String(thrown)),
    rest: 20,
  });
  return {
    scheduler,
    faults,
    editor,
    fail: (times: number) => {
      failing = times;
    },
    counts: () => real.get('jobs', id)?.counts,
    close: async () => {
      await scheduler.stop(AbortSignal.abort());
      await real.close();
    },
  };
};

describe('a scheduler', () => {
  it('says that it failed, and goes on after a rest, where the queue could not be read', async () => {
    const { scheduler, fail, faults, counts, close } = await schedulerOf();
    expect(scheduler.state()).toBe('working');
    fail(2);
    scheduler.wake();
    expect(scheduler.state()).toBe('failed');
    await expect.poll(() => counts()?.done, SOON).toBe(3);
    await expect.poll(() => scheduler.state(), SOON).toBe('working');
    expect(faults).toEqual(['Error: no change', 'Error: no change']);
    await close();
  });

  it('edits again what it could not write down', async () => {
    const { scheduler, fail, faults, counts, editor, close } = await schedulerOf();
    scheduler.wake();
    // What the first two photos become cannot be written down.
    fail(2);
    await expect.poll(() => faults.length, SOON).toBe(2);
    await expect.poll(() => counts()?.done, SOON).toBe(3);
    await expect.poll(() => scheduler.state(), SOON).toBe('working');
    expect(faults).toHaveLength(2);
    // The second one may be written down at its first try, when what was left of the first one could not be.
    expect(editor.begun.length).toBeGreaterThan(3);
    await close();
  });

  it('does not edit again what is written down, whatever fails afterwards', async () => {
    let left = 2;
    const { scheduler, counts, editor, faults, close } = await schedulerOf(() => {
      if (left-- > 0) throw new Error('who listens fails');
    });
    scheduler.wake();
    await expect.poll(() => counts()?.done, SOON).toBe(3);
    await expect.poll(() => scheduler.state(), SOON).toBe('working');
    expect([...editor.begun].sort()).toEqual(['a', 'b', 'c']);
    expect(faults).toHaveLength(2);
    await close();
  });
});

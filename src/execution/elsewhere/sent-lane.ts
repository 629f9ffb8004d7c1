import * as E from 'fp-ts/lib/Either.js';
import { failure } from '../../diagnostics/index.js';
import type { Digest } from '../../disk/digest.js';
import { type FileRef, type Item, travelsOn } from '../../ports/index.js';
import type { SourceState } from '../../records/journal/entries.js';
import type { RunContext } from '../context.js';
import type { LaneWork } from '../lane/lane.js';
import type { Recorder } from '../recording/recorder.js';
import { isCrashSuspect } from '../recovery/crash-guard.js';
import type { Errand, OpenElsewhere } from './elsewhere.js';

/** The work of a lane, done elsewhere; results are delivered and recorded here as those that were made here. */
export const sentElsewhere = (
  away: OpenElsewhere,
  run: RunContext,
  recorder: Recorder,
  delivery: LaneWork,
): LaneWork => {
  let engine: string | undefined;
  return async ({ key, value }, signal) => {
    const entry = recorder.itemNotes.read(key);
    // Nothing is noted of a file that is gone.
    if (entry === undefined || !travelsOn({ kind: 'file' }, value))
      return E.left({ key, operator: '', diagnostics: [failure('image/not-found', `${key.path} is gone.`)] });
    const errand = errandOf({ key, value }, entry.about, recorder);
    const made = await away.work(errand, signal);
    if (E.isLeft(made)) return E.left({ key, ...made.left });
    const { settings, surroundings, warnings, notes } = made.right;
    recorder.madeBy(key, settings, surroundings)();
    if (settings.engine !== undefined && settings.engine !== engine) {
      engine = settings.engine;
      run.chosen(engine)();
    }
    for (const warning of warnings) run.warn(key, warning)();
    for (const [operator, facts] of Object.entries(notes)) run.noted(key, operator, facts)();
    const delivered = await delivery({ key, value: made.right.value }, signal);
    if (E.isRight(delivered)) await away.delivered(errand);
    return delivered;
  };
};

const errandOf = (
  { key, value }: Item<FileRef>,
  { work, ...about }: SourceState & { readonly work: { readonly target: string; readonly pipeline: Digest } },
  { ledger }: Recorder,
): Errand => ({
  key,
  input: value.path,
  about,
  target: work.target,
  digest: work.pipeline,
  isSuspect: isCrashSuspect(ledger, key.path),
});

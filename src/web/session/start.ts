import { effect } from '@preact/signals';
import * as client from '../api/client.js';
import { toCome } from '../state/jobs.js';
import { texts } from '../texts.js';
import { FIT } from '../viewer/geometry.js';
import { takeFiles } from './drops.js';
import { startFull } from './full.js';
import { startQueue } from './jobs.js';
import { keepPhotos, restore } from './kept.js';
import { startPixels } from './pixels.js';
import { startPreviews } from './previews.js';
import { chosen, dialog, isSphere, offer, overlay, photos, queue, view } from './store.js';
import { startTiles } from './tiles.js';
import { startTrust } from './trust.js';
import { guardUploads } from './uploads.js';

export const loadPipelines = async (): Promise<void> => {
  const answer = await client.pipelines();
  if (answer.kind === 'given') offer.value = { kind: 'loaded', pipelines: answer.value.pipelines };
  if (answer.kind !== 'refused') return;
  offer.value = { kind: 'failed', problem: answer.problem };
  if (answer.problem.status === 401) dialog.value = { kind: 'token' };
};

/** Another photo is seen whole at first. */
const startAnew = (): void => {
  let before: string | undefined;
  effect(() => {
    const key = chosen.value?.key;
    if (key === before) return;
    before = key;
    view.value = FIT;
    isSphere.value = false;
    if (overlay.peek() === 'trust') overlay.value = 'none';
  });
};

/** What is to come, for whoever looks at another window meanwhile. */
const tellInTitle = (): void => {
  effect(() => {
    const left = toCome(queue.value);
    document.title = left === 0 ? texts.name : texts.title(left);
  });
};

/** Begins all that goes on beside the views. */
export const start = async (): Promise<void> => {
  takeFiles();
  startAnew();
  startPreviews();
  startFull();
  startTiles();
  startPixels();
  startTrust();
  guardUploads();
  tellInTitle();
  void startQueue();
  void loadPipelines();
  if (!(await restore())) return;
  effect(() => {
    void photos.value;
    keepPhotos();
  });
};

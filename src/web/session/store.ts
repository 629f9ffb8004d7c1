import { computed, signal } from '@preact/signals';
import type { Pipeline, Problem } from '../api/types.js';
import { type ChainAction, editsOf, keyOf } from '../state/chain.js';
import { emptyQueue, type QueueAction, queueAfter } from '../state/jobs.js';
import { chosenOf, noPhotos, type PhotosAction, photosAfter } from '../state/photos.js';
import { FIT, type View } from '../viewer/geometry.js';

/** What the page holds: each signal changes by its reducer alone. */

export type Offer =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly pipelines: readonly Pipeline[] }
  | { readonly kind: 'failed'; readonly problem: Problem };

export const offer = signal<Offer>({ kind: 'loading' });

export const pipelines = computed(() => (offer.value.kind === 'loaded' ? offer.value.pipelines : []));
export const pipelineNamed = (name: string): Pipeline | undefined =>
  pipelines.value.find((each) => each.name === name);
export const looks = computed(
  () => new Set(pipelines.value.filter(({ kind }) => kind === 'look').map(({ name }) => name)),
);

export const photos = signal(noPhotos);
export const dispatch = (action: PhotosAction): void => {
  photos.value = photosAfter(photos.value, action);
};

export const chosen = computed(() => chosenOf(photos.value));
export const chosenInfo = computed(() => {
  const place = chosen.value?.place;
  return place?.kind === 'ready' ? place.info : undefined;
});
/** The edits of the chosen photo that are on. */
export const edits = computed(() => editsOf(chosen.value?.chain ?? { steps: [] }));
/** Changes with the chosen photo and with its edits, and with nothing else. */
export const editsKey = computed(() => `${chosenInfo.value?.id ?? ''} ${keyOf(edits.value)}`);

export const editChosen = (action: ChainAction): void => {
  const key = chosen.value?.key;
  if (key !== undefined) dispatch({ kind: 'edit', key, action });
};

export const queue = signal(emptyQueue);
export const dispatchQueue = (action: QueueAction): void => {
  queue.value = queueAfter(queue.value, action);
};

export type Mode = 'split' | 'side' | 'after';
export const mode = signal<Mode>('split');
export const view = signal<View>(FIT);
export const divider = signal(0.5);
export const isHeld = signal(false);
export type Overlay = 'none' | 'clipping' | 'trust';
export const overlay = signal<Overlay>('none');
export const isSphere = signal(false);
/** Which of the two the 360° view shows. */
export const sphereSide = signal<'before' | 'after'>('after');

export type Dialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'preset' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'token' }
  | { readonly kind: 'receipt'; readonly id: string };
export const dialog = signal<Dialog>({ kind: 'none' });
export const isQueueShown = signal(false);
export const areFactsShown = signal(false);
/** Which part of the panel a narrow screen shows. */
export const tab = signal<'edits' | 'chain' | 'facts'>('edits');

/** What is said aloud by screen readers, without being shown. */
export const announced = signal('');

export interface NoticeShown {
  readonly id: number;
  readonly problem: Problem;
}
export const notices = signal<readonly NoticeShown[]>([]);
let lastNotice = 0;
/** Shows a problem until it is dismissed; what is shown already is not shown twice. */
export const report = (problem: Problem): void => {
  const isShown = notices.value.some(
    (each) => each.problem.title === problem.title && each.problem.detail === problem.detail,
  );
  if (!isShown) notices.value = [...notices.value.slice(-3), { id: ++lastNotice, problem }];
};
export const dismiss = (id: number): void => {
  notices.value = notices.value.filter((each) => each.id !== id);
};

import { effect, signal, untracked } from '@preact/signals';
import * as client from '../api/client.js';
import type { Edit, Json, Notice } from '../api/types.js';
import { keyOf } from '../state/chain.js';
import { quickAfter, Recent, sizePlan } from '../state/sizes.js';
import { latest } from './latest.js';
import { needed } from './screen.js';
import { chosenInfo, edits, editsKey, report } from './store.js';

/** Previews of the chosen photo with its edits: a small one at once, a sharp one when the dials rest. */

export interface Shown {
  /** Photo and edits, as `editsKey`. */
  readonly key: string;
  readonly photo: string;
  readonly size: number;
  readonly url: string;
  readonly blob: Blob;
  readonly notes: Readonly<Record<string, Json>>;
  readonly warnings: readonly Notice[];
  readonly milliseconds: number;
}

/** The preview that is shown. While another is on its way it stays, as long as it is of the same photo. */
export const shown = signal<Shown | undefined>(undefined);
export const isUpdating = signal(false);

const REST = 220;
const MOST_KEPT = 40;

const kept = new Recent<Shown>(MOST_KEPT, ({ url }) => URL.revokeObjectURL(url));

/** What is asked for while the dials of a photo's edits are turned: less where it takes long. */
const quickSizes = new Map<string, number>();

interface Ask {
  readonly key: string;
  readonly photo: string;
  readonly edits: readonly Edit[];
  readonly size: number;
}

const nameOf = ({ key, size }: Pick<Ask, 'key' | 'size'>): string => `${size} ${key}`;

const work = async (ask: Ask, signal: AbortSignal): Promise<void> => {
  const answer = await client.preview({ photo: ask.photo, edits: ask.edits, size: ask.size }, signal);
  if (answer.kind === 'aborted') return;
  if (answer.kind === 'refused') {
    if (ask.key === editsKey.value) {
      isUpdating.value = false;
      report(answer.problem);
    }
    return;
  }
  const { blob, notes, warnings, milliseconds } = answer.value;
  const { key, photo, size } = ask;
  const made = { key, photo, size, url: URL.createObjectURL(blob), blob, notes, warnings, milliseconds };
  kept.set(nameOf(ask), made);
  if (photo === chosenInfo.value?.id) show(made);
};

/** Shows a preview, unless what is shown is of the same edits and larger. */
const show = (made: Shown): void => {
  const now = shown.value;
  if (now?.key === made.key && now.size > made.size) return;
  if (edits.value.length === 0) return;
  shown.value = made;
  if (made.key === editsKey.value) isUpdating.value = false;
};

const quick = latest<Ask>(async (ask, signal) => {
  const begun = performance.now();
  await work(ask, signal);
  if (!signal.aborted)
    quickSizes.set(structureOf(ask.photo, ask.edits), quickAfter(ask.size, performance.now() - begun));
});
const sharp = latest(work);
let resting: ReturnType<typeof setTimeout> | undefined;
let structure = '';

/** The same while only dials are turned. */
const structureOf = (photo: string, of: readonly Edit[]): string =>
  `${photo} ${of.map(({ pipeline }) => pipeline).join(' ')}`;

const update = (photo: string, of: readonly Edit[], screen: number, longest: number): void => {
  const key = `${photo} ${keyOf(of)}`;
  const plan = sizePlan(screen, longest);
  const ask = (size: number): Ask => ({ key, photo, edits: of, size });
  clearTimeout(resting);
  const now = structureOf(photo, of);
  const small = quickSizes.get(now) ?? plan.quick;
  const best =
    kept.get(nameOf(ask(plan.sharp))) ?? kept.get(nameOf(ask(plan.quick))) ?? kept.get(nameOf(ask(small)));
  if (best !== undefined) show(best);
  else if (shown.value?.photo !== photo) shown.value = undefined;
  isUpdating.value = best === undefined;
  const isOther = structure !== now;
  structure = now;
  if (best === undefined) {
    sharp.stop();
    if (isOther) quick.replace(ask(small));
    else quick.follow(ask(small));
  }
  if ((best?.size ?? 0) < plan.sharp) resting = setTimeout(() => sharp.replace(ask(plan.sharp)), REST);
};

export const startPreviews = (): void => {
  effect(() => {
    const info = chosenInfo.value;
    const of = edits.value;
    const screen = needed.value;
    if (info !== undefined && of.length > 0) {
      untracked(() => update(info.id, of, screen, Math.max(info.width, info.height)));
      return;
    }
    clearTimeout(resting);
    quick.stop();
    sharp.stop();
    structure = '';
    shown.value = undefined;
    isUpdating.value = false;
  });
};

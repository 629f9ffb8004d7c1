import { effect, signal } from '@preact/signals';
import * as client from '../api/client.js';
import type { Pipeline } from '../api/types.js';
import { defaultsOf } from '../state/chain.js';
import { Recent, TILE } from '../state/sizes.js';
import { isUpdating } from './previews.js';
import { chosenInfo, pipelines } from './store.js';

/** The chosen photo under every edit on offer, each with its defaults and by itself. */

export type Tile =
  | { readonly kind: 'shown'; readonly url: string }
  | { readonly kind: 'failed'; readonly title: string };

export const tiles = signal<Readonly<Record<string, Tile>>>({});

const AT_ONCE = 2;
const MOST_PHOTOS = 30;

type Made = Readonly<Record<string, Tile>>;

const kept = new Recent<Made>(MOST_PHOTOS, (made) => {
  for (const tile of Object.values(made)) if (tile.kind === 'shown') URL.revokeObjectURL(tile.url);
});

/** Waits while the photo itself is being edited, which is looked at first. */
const rest = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = isUpdating.subscribe((is) => {
      if (is) return;
      resolve();
      // It may be told before `subscribe` has given back how to stop.
      queueMicrotask(() => stop());
    });
  });

const make = async (photo: string, pipeline: Pipeline, abort: AbortSignal): Promise<void> => {
  const edits = [{ pipeline: pipeline.name, parameters: defaultsOf(pipeline) }];
  const answer = await client.preview({ photo, edits, size: TILE }, abort);
  if (answer.kind === 'aborted' || abort.aborted) return;
  const tile: Tile =
    answer.kind === 'given'
      ? { kind: 'shown', url: URL.createObjectURL(answer.value.blob) }
      : { kind: 'failed', title: answer.problem.title };
  tiles.value = { ...tiles.value, [pipeline.name]: tile };
  kept.set(photo, tiles.value);
};

const makeAll = async (photo: string, of: readonly Pipeline[], abort: AbortSignal): Promise<void> => {
  const waiting = [...of];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !abort.aborted; next = waiting.shift()) {
      await rest();
      if (!abort.aborted) await make(photo, next, abort);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

export const startTiles = (): void => {
  let running = new AbortController();
  effect(() => {
    const info = chosenInfo.value;
    const of = pipelines.value;
    running.abort();
    running = new AbortController();
    const made = info === undefined ? {} : (kept.get(info.id) ?? {});
    tiles.value = made;
    if (info === undefined) return;
    const missing = of.filter(({ name, problem }) => problem === undefined && made[name]?.kind !== 'shown');
    void makeAll(info.id, missing, running.signal);
  });
};

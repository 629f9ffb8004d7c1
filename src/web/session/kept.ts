import * as client from '../api/client.js';
import type { Step } from '../state/chain.js';
import { keptPhoto, type Photo } from '../state/photos.js';
import { texts } from '../texts.js';
import { chosenInfo, dispatch, type Mode, mode, photos, report } from './store.js';

/** What survives a reload: which photos the server holds, their edits, and how they are looked at. */

const PHOTOS = 'prismflow.photos';
const SETTINGS = 'prismflow.settings';

interface Kept {
  readonly id: string;
  readonly steps: readonly Step[];
}

export interface Settings {
  readonly mode: Mode;
  readonly areKeysOn: boolean;
}

const usual: Settings = { mode: 'split', areKeysOn: true };

const read = <A>(key: string, otherwise: A): A => {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as A | null) ?? otherwise;
  } catch {
    return otherwise;
  }
};

const write = (key: string, value: unknown): void => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is refused or full: the page works as before, and forgets.
  }
};

export const settings = (): Settings => ({ ...usual, ...read<Partial<Settings>>(SETTINGS, {}) });
export const keepSettings = (change: Partial<Settings>): void =>
  write(SETTINGS, { ...settings(), ...change });

/** Milliseconds: a dial that is turned is kept when it rests. */
const PATIENCE = 200;
let keepNow = (): void => undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;

const keptOf = ({ place, chain }: Photo): readonly Kept[] =>
  place.kind === 'ready' ? [{ id: place.info.id, steps: chain.steps }] : [];

export const keepPhotos = (): void => {
  const kept = { photos: photos.value.list.flatMap(keptOf), chosen: chosenInfo.value?.id };
  clearTimeout(waiting);
  keepNow = () => write(PHOTOS, kept);
  waiting = setTimeout(keepNow, PATIENCE);
};

/** Whoever closes the page within that time loses nothing. */
addEventListener('pagehide', () => keepNow());

/**
 * Brings back the photos of the last visit that the server still holds. False where the server did not say of each whether it does: then
 * what is kept must stay as it is.
 */
export const restore = async (): Promise<boolean> => {
  mode.value = settings().mode;
  const { photos: kept, chosen } = read<{ readonly photos: readonly Kept[]; readonly chosen?: string }>(
    PHOTOS,
    {
      photos: [],
    },
  );
  const found = await Promise.all(
    kept.map(async ({ id, steps }) => ({ answer: await client.photo(id), steps })),
  );
  const there = found.flatMap(({ answer, steps }) =>
    answer.kind === 'given' ? [keptPhoto(answer.value, steps)] : [],
  );
  const unsure = found.find(
    ({ answer }) => answer.kind === 'refused' && answer.problem.status !== 404,
  )?.answer;
  if (unsure?.kind === 'refused') report(unsure.problem);
  else if (there.length < kept.length)
    report({ status: 404, code: 'page/expired', title: texts.problems.kept });
  if (there.length > 0) dispatch({ kind: 'add', photos: there });
  if (chosen !== undefined) dispatch({ kind: 'choose', key: chosen });
  return unsure === undefined;
};

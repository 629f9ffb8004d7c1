import { signal } from '@preact/signals';

/** Which part of the page is shown. It stands in the address, so that it is there again after a reload, and with the way back. */
export type Place =
  | { readonly kind: 'photos' }
  /** Trainings, and which one of them. */
  | { readonly kind: 'trainings'; readonly id: string | undefined };

const placeIn = (hash: string): Place => {
  const [, id] = /^#trainings(?:\/([0-9a-f]{1,40}))?$/.exec(hash) ?? [];
  return hash === '#trainings' || id !== undefined ? { kind: 'trainings', id } : { kind: 'photos' };
};

export const place = signal<Place>(placeIn(location.hash));

export const goTo = (next: Place): void => {
  const hash = next.kind === 'photos' ? '' : next.id === undefined ? '#trainings' : `#trainings/${next.id}`;
  history.pushState(null, '', `${location.pathname}${hash}`);
  place.value = next;
};

// It comes as well when somebody edits the part of the address behind the `#`.
addEventListener('popstate', () => {
  place.value = placeIn(location.hash);
});

export const toggleTrainings = (): void =>
  goTo(place.value.kind === 'trainings' ? { kind: 'photos' } : { kind: 'trainings', id: undefined });

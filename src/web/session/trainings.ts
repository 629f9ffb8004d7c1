import { computed, effect, signal } from '@preact/signals';
import type { MetricsTold, Training } from '../api/training-types.js';
import * as client from '../api/trainings.js';
import type { Problem } from '../api/types.js';
import { figuresAfter, noFigures, trainingsAfter } from '../state/trainings.js';
import { goTo, place } from './place.js';
import { report } from './store.js';

/** Trainings as the server tells them, while they are looked at. */

export type TrainingList =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly trainings: readonly Training[] }
  | { readonly kind: 'failed'; readonly problem: Problem };

export const list = signal<TrainingList>({ kind: 'loading' });
export const figures = signal(noFigures);

const all = computed(() => (list.value.kind === 'loaded' ? list.value.trainings : []));

const wantedId = computed(() => (place.value.kind === 'trainings' ? place.value.id : undefined));

/** The training that is looked at: the one that the address names, else the newest. */
export const chosenTraining = computed(
  () =>
    all.value.find(({ id }) => id === wantedId.value) ??
    (wantedId.value === undefined ? all.value[0] : undefined),
);

/** Milliseconds between two looks at the list. */
const LOOK = 4000;

export const look = async (): Promise<void> => {
  const answer = await client.trainings();
  if (answer.kind === 'given') list.value = { kind: 'loaded', trainings: answer.value.trainings };
  if (answer.kind === 'refused' && list.value.kind !== 'loaded')
    list.value = { kind: 'failed', problem: answer.problem };
};

export const noteTraining = (training: Training): void => {
  list.value = { kind: 'loaded', trainings: trainingsAfter(all.value, training) };
};

const parsed = <A>(data: unknown): A | undefined => {
  try {
    return JSON.parse(String(data)) as A;
  } catch {
    return undefined;
  }
};

/** Listens to one training; EventSource connects again by itself, and says where it stood. */
const listen = (id: string): (() => void) => {
  const source = new EventSource(client.trainingEventsOf(id));
  figures.value = { id, lines: [] };
  source.addEventListener('training', ({ data }) => {
    const training = parsed<Training>(data);
    if (training !== undefined) noteTraining(training);
  });
  source.addEventListener('metrics', ({ data }) => {
    const told = parsed<MetricsTold>(data);
    if (told !== undefined) figures.value = figuresAfter(figures.value, told);
  });
  return () => source.close();
};

/** Follows the list, and the training that is looked at, until what it gives is called. */
export const followTrainings = (): (() => void) => {
  void look();
  const looking = setInterval(() => void look(), LOOK);
  const id = computed(() => chosenTraining.value?.id);
  const unfollow = effect(() => {
    if (id.value !== undefined) return listen(id.value);
    figures.value = noFigures;
    return undefined;
  });
  return () => {
    clearInterval(looking);
    unfollow();
  };
};

export const changeTraining = async (id: string, what: 'stop' | 'resume'): Promise<void> => {
  const answer = await client.changeTraining(id, what);
  if (answer.kind === 'refused') report(answer.problem);
  if (answer.kind === 'given') noteTraining(answer.value);
};

export const chooseTraining = (id: string): void => goTo({ kind: 'trainings', id });

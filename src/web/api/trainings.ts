import type { Answer } from './answer.js';
import { asJson, ask, at, json } from './client.js';
import type { Recipes, Training } from './training-types.js';
import type { Preset, Values } from './types.js';

/** Requests about trainings. */

export const trainings = (): Promise<Answer<{ readonly trainings: readonly Training[] }>> =>
  ask(at('trainings'), {}, json<{ readonly trainings: readonly Training[] }>);

export const recipes = (): Promise<Answer<Recipes>> => ask(at('recipes'), {}, json<Recipes>);

export interface NewTraining {
  readonly recipe: string;
  readonly name: string;
  readonly folders: Readonly<Record<string, string>>;
  readonly parameters: Values;
}

export const startTraining = (training: NewTraining): Promise<Answer<Training>> =>
  ask(at('trainings'), { method: 'POST', body: asJson(training) }, json<Training>);

export const changeTraining = (id: string, what: 'stop' | 'resume'): Promise<Answer<Training>> =>
  ask(at('trainings', id, what), { method: 'POST' }, json<Training>);

export const keepModel = (id: string, name: string): Promise<Answer<Preset>> =>
  ask(at('trainings', id, 'use'), { method: 'POST', body: { name } }, json<Preset>);

export const trainingEventsOf = (id: string): string => at('trainings', id, 'events');
export const sampleOf = (id: string, step: number): string => at('trainings', id, 'samples', step);

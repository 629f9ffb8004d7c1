import { type Static, Type } from 'typebox';
import { TRAINING_STATES } from '../trainings/shown.js';
import { Parameters, Told } from './common.js';
import { NAME, PresetBody } from './presets.js';

/** What requests and answers about trainings look like. */

const Count = Type.Integer({ minimum: 0 });
const Figures = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
  description: 'Losses by their names; null where one is not finite',
});

export const Training = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'Its folder, from the folder that is served' }),
  state: Type.Enum(TRAINING_STATES),
  isOwn: Type.Boolean({
    description: 'Whether it runs in a process of this server, and can be stopped by it',
  }),
  process: Type.Optional(Type.Integer({ description: 'The process that trains' })),
  since: Type.Optional(Type.String()),
  step: Type.Optional(Count),
  total: Type.Optional(Count),
  phase: Type.Optional(Type.Enum(['pretrain', 'train'])),
  images: Type.Optional(
    Type.Number({ description: 'Photos learned from, counted as often as they were seen' }),
  ),
  metrics: Type.Optional(Figures),
  curves: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), title: Type.String(), about: Type.String() }), {
      description: 'What each figure means; `rate` is the learning rate',
    }),
  ),
  secondsPerStep: Type.Optional(Type.Number()),
  secondsLeft: Type.Optional(Type.Number()),
  validation: Type.Optional(
    Type.Object(
      {
        step: Count,
        photos: Count,
        by: Type.String({
          description: 'The figure by which one result is better than another: the larger',
        }),
        figures: Figures,
        before: Figures,
        best: Type.Object({ step: Count, value: Type.Number() }),
      },
      {
        description:
          'How good its result was when it was last judged by photos that are kept apart; `before` are the figures of the photos as they are',
      },
    ),
  ),
  notices: Type.Optional(
    Type.Array(Type.Object({ step: Count, mark: Type.String(), text: Type.String() }), {
      description: 'What was noticed of late that goes wrong, and what to change',
    }),
  ),
  canResume: Type.Boolean(),
  canUse: Type.Boolean(),
  snapshots: Type.Array(Count, { description: 'Steps whose weights its model is made of' }),
  checkpoint: Type.Optional(Type.Integer({ description: 'The step that it can go on from' })),
  samples: Type.Object({
    steps: Type.Array(Count),
    columns: Type.Optional(Type.Array(Type.String(), { description: 'As in input, output, target' })),
    rows: Type.Optional(Count),
    cell: Type.Optional(Type.Object({ width: Count, height: Count })),
    gap: Type.Optional(Count),
  }),
  problem: Type.Optional(Type.Array(Told, { description: 'What its process ended with' })),
  changed: Type.String({ format: 'date-time' }),
});

export const TrainingsAnswer = Type.Object({ trainings: Type.Array(Training) });

export const TrainingParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{20}$' }) });
export const SampleParams = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{20}$' }),
  step: Type.Integer({ minimum: 1 }),
});

export const MetricsQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 40, description: '`next` of the answer before.' })),
  },
  { additionalProperties: false },
);

export const Metrics = Type.Object({
  lines: Type.Array(
    Type.Object({
      step: Count,
      phase: Type.Enum(['pretrain', 'train']),
      cycle: Type.Number(),
      rate: Type.Number(),
      seconds: Type.Number(),
      metrics: Figures,
      marks: Type.Array(Type.String(), { description: 'As in `restart`, `restored`, `end`' }),
      validation: Type.Optional(
        Type.Object({ figures: Figures }, { description: 'At steps at which the result was judged' }),
      ),
    }),
  ),
  isAnew: Type.Boolean({
    description:
      'True where the lines begin at the first step again: a training that goes on writes them anew.',
  }),
  isEnd: Type.Boolean({ description: 'Whether there are no more lines now' }),
  next: Type.String({ description: 'The cursor of what comes next' }),
});

export const Recipes = Type.Object({
  recipes: Type.Array(
    Type.Object({
      name: Type.String(),
      about: Type.String(),
      source: Type.Enum(['file', 'shipped']),
      folders: Type.Array(Type.Object({ name: Type.String(), about: Type.String() }), {
        description: 'Folders of photos that it needs',
      }),
      parameters: Type.Any({ description: 'JSON Schema of its parameters' }),
    }),
  ),
  folders: Type.Array(Type.Object({ path: Type.String(), name: Type.String(), pictures: Count }), {
    description: 'Folders with pictures below those that the operator allowed with --root',
  }),
});

export const TrainingRequest = Type.Object(
  {
    recipe: Type.String({ maxLength: 100, examples: ['train-look'] }),
    name: Type.String({
      pattern: NAME,
      description: 'It is kept in runs/NAME of the folder that is served.',
    }),
    folders: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4096 }), {
      maxProperties: 20,
      description:
        'Folders of photos, below one that the operator allowed with --root, by the names that the recipe has for them',
    }),
    parameters: Type.Optional(Parameters),
  },
  {
    additionalProperties: false,
    examples: [
      {
        recipe: 'train-look',
        name: 'my-look',
        folders: { before: 'plain', after: 'developed' },
        parameters: { steps: 60 },
      },
    ],
  },
);
export type TrainingRequest = Static<typeof TrainingRequest>;

export const UseRequest = Type.Object(
  { name: PresetBody.properties.name, about: PresetBody.properties.about },
  { additionalProperties: false },
);

import { type Static, Type } from 'typebox';

/** What several requests and answers have in common. */

export const Told = Type.Object({
  code: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
});

/** RFC 9457. */
export const Problem = Type.Object({
  type: Type.String({ description: '`urn:prismflow:` and the code' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.Optional(Type.String()),
  code: Type.String({ description: 'As `pipe explain` takes it' }),
  remedy: Type.String(),
  diagnostics: Type.Array(Told),
});

/** Where a refusal can come in the place of an answer. */
export const refusals = { '4xx': Problem, '5xx': Problem };

/** The values of a pipeline's parameters; which there are, and what they may be, `GET /v1/pipelines` says. */
export const Parameters = Type.Record(
  Type.String({ maxLength: 100 }),
  Type.Union([
    Type.Number(),
    Type.Boolean(),
    Type.String({ maxLength: 1000 }),
    Type.Null(),
    Type.Array(Type.Any()),
    Type.Object({}),
  ]),
  { maxProperties: 100 },
);

/** One edit of a chain. */
export const EditStep = Type.Object(
  {
    pipeline: Type.String({ maxLength: 100, examples: ['dehaze'] }),
    parameters: Type.Optional(Parameters),
  },
  { additionalProperties: false },
);

/** Edits in order. */
export const Edits = Type.Array(EditStep, { minItems: 1, maxItems: 8 });

export const Id = Type.String({ pattern: '^[0-9a-z]{1,40}$' });

export type EditStepBody = Static<typeof EditStep>;

/** As the editor takes them. */
export const stepsOf = (edits: readonly EditStepBody[]) =>
  edits.map(({ pipeline, parameters = {} }) => ({
    pipeline,
    // JSON that the schema has let in.
    parameters: parameters as Readonly<Record<string, string | number | boolean>>,
  }));

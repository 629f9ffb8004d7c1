import { Type } from 'typebox';
import { Told } from './common.js';

export const Pipeline = Type.Object({
  name: Type.String(),
  about: Type.String(),
  source: Type.Union([Type.Literal('file'), Type.Literal('shipped'), Type.Literal('preset')]),
  kind: Type.Union([Type.Literal('correction'), Type.Literal('look'), Type.Literal('other')]),
  parameters: Type.Unsafe<object>({
    type: 'object',
    description: 'A JSON Schema of the parameters',
    additionalProperties: true,
  }),
  problem: Type.Optional(Type.Array(Told, { description: 'Why it cannot edit here; absent where it can' })),
});

export const Pipelines = Type.Object({ pipelines: Type.Array(Pipeline) });

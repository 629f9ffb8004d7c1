import { Type } from 'typebox';
import { Edits } from './common.js';

/** What can be a file's name everywhere. */
export const NAME = '^[A-Za-z](?:[A-Za-z0-9_-]{0,58}[A-Za-z0-9_])?$';

export const PresetBody = Type.Object(
  {
    name: Type.String({ pattern: NAME }),
    about: Type.Optional(Type.String({ maxLength: 200 })),
    edits: Edits,
  },
  {
    additionalProperties: false,
    examples: [{ name: 'evening', about: 'A warm evening', edits: [{ pipeline: 'sunset' }] }],
  },
);

export const Preset = Type.Object({
  name: Type.String(),
  about: Type.Optional(Type.String()),
  file: Type.String({ description: 'Where it stands, from the folder that is served' }),
  yaml: Type.String(),
  commands: Type.Object({ run: Type.String(), watch: Type.String() }),
});

export const Presets = Type.Object({ presets: Type.Array(Preset) });

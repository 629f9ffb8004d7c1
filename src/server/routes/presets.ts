import { Type } from 'typebox';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { presetText } from '../../execution/editing/work.js';
import { type App, callerFor, orThrow, run } from '../app.js';
import type { ServerContext } from '../context.js';
import type { PresetFile } from '../presets/preset-files.js';
import { refusals, stepsOf } from '../schemas/common.js';
import { Preset, PresetBody, Presets } from '../schemas/presets.js';

/** A preset as the API tells it. */
export const shownPreset = ({ name, file, yaml }: PresetFile, about?: string) => ({
  name,
  ...(about === undefined || about === '' ? {} : { about }),
  file,
  yaml,
  commands: {
    run: `pipe run ${file} --set photos=FOLDER --set output=FOLDER`,
    watch: `pipe watch ${file} --set photos=FOLDER --set output=FOLDER`,
  },
});

/** Edits that are kept as pipelines, which `pipe run` and `pipe watch` take too. */
export const presetRoutes = (app: App, { catalogue, presets }: ServerContext): void => {
  app.get(
    '/v1/presets',
    {
      schema: {
        operationId: 'listPresets',
        summary: 'Edits that were kept',
        tags: ['presets'],
        response: { 200: Presets, ...refusals },
      },
    },
    async (request) => {
      callerFor(request, 'edit');
      const all = await presets.list();
      const about = new Map(catalogue.list().map((offer) => [offer.name, offer.about]));
      return { presets: all.map((each) => shownPreset(each, about.get(each.name))) };
    },
  );
  app.post(
    '/v1/presets',
    {
      schema: {
        operationId: 'createPreset',
        summary: 'Keep edits as a pipeline',
        tags: ['presets'],
        body: PresetBody,
        response: { 201: Preset, ...refusals },
      },
    },
    async (request, reply) => {
      callerFor(request, 'admin');
      const { name, about, edits } = request.body;
      if (catalogue.list().some((offer) => offer.name === name))
        throw new DiagnosticError([failure('serve/preset', `There is a pipeline \`${name}\` already.`)]);
      const text = await run(presetText(catalogue)(stepsOf(edits), about));
      const preset = orThrow(await presets.write(name, text));
      catalogue.withPresets(await presets.offers());
      reply.code(201);
      return shownPreset(preset, about);
    },
  );
  app.delete(
    '/v1/presets/:name',
    {
      schema: {
        operationId: 'deletePreset',
        summary: 'Forget a preset, and remove its file',
        tags: ['presets'],
        params: Type.Object({ name: PresetBody.properties.name }),
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      callerFor(request, 'admin');
      orThrow(await presets.remove(request.params.name));
      catalogue.withPresets(await presets.offers());
      reply.code(204);
      return null;
    },
  );
};

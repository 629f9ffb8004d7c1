import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Graph } from '../../pipelines/check/graph.js';
import { analyse } from '../../pipelines/compile.js';
import { chainText } from './chain.js';
import { editPlanOf } from './edit-plan.js';

const graphOf = async (text: string, path = '/served/p.yaml'): Promise<Graph> => {
  const graph = await analyse({ path, text: `version: 1\n${text}` })();
  if (E.isLeft(graph)) throw new Error(JSON.stringify(graph.left));
  return graph.right;
};

const smaller =
  'steps: [{ files: photos }, decode, { resize: { longest: 40 } }, { encode: { like: source, quality: 80 } }]';
const lifted = `
streams:
  photos: [{ files: photos }, decode]
  exposed: [photos, { adjust: { exposure: 1 } }]
steps: [{ pair: { from: photos, to: exposed } }, { denoise.lifted: 0.5 }, { encode: jpeg }, { save: "out/{path}" }]`;
const modelled =
  'steps: [{ files: photos }, decode, { ensemble.average: "prismflow:sunset" }, { encode: png }]';

const chained = async (texts: readonly string[], options = {}) => {
  const graphs = await Promise.all(texts.map((text) => graphOf(text)));
  const made = chainText(graphs as [Graph, ...Graph[]], options);
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left));
  const again = await graphOf(made.right.replace(/^version: 1\n/, ''), '/served/presets/chain.yaml');
  expect(E.isRight(editPlanOf(again))).toBe(true);
  return { yaml: parseYaml(made.right), graph: again };
};

describe('a chain of edits', () => {
  it('reads once, does what each does, and writes as the last one says', async () => {
    const { yaml, graph } = await chained([smaller, modelled], { about: 'Both' });
    expect(yaml).toMatchObject({ version: 1, about: 'Both', params: { photos: { default: '../photos' } } });
    expect(graph.nodes.map(({ operator }) => operator.name)).toEqual([
      'files',
      'decode',
      'resize',
      'ensemble.average',
      'encode',
      'save',
    ]);
    expect(yaml.steps[3]).toMatchObject({ 'ensemble.average': { models: 'prismflow:sunset' } });
    expect(yaml.steps[4]).toEqual({ encode: { format: 'png' } });
  });

  it('keeps ways that come together, as streams of their own', async () => {
    for (const texts of [
      [lifted, smaller],
      [smaller, lifted],
      [lifted, lifted],
    ]) {
      const { graph } = await chained(texts);
      const names = graph.nodes.map(({ operator }) => operator.name);
      expect(names.filter((name) => name === 'decode')).toHaveLength(1);
      expect(names.filter((name) => name === 'encode')).toHaveLength(1);
      expect(names.filter((name) => name === 'pair')).toHaveLength(
        texts.filter((text) => text === lifted).length,
      );
    }
  });

  it('leaves out what another format has not', async () => {
    const { yaml } = await chained([smaller], { format: 'png' });
    expect(yaml.steps.at(-2)).toEqual({ encode: { format: 'png' } });
    const jpeg = await chained([smaller], { format: 'jpeg' });
    expect(jpeg.yaml.steps.at(-2)).toEqual({ encode: { format: 'jpeg', quality: 80 } });
  });

  it('names no plugin, and takes a text for a text', async () => {
    const text =
      'steps: [{ files: photos }, decode, { encode: { metadata: { strip: [gps] } } }, { save: "$$output/{path}" }]';
    const { yaml } = await chained([text]);
    expect(Object.keys(yaml)).toEqual(['version', 'params', 'steps']);
  });

  it('is refused of what is no edit between decode and encode', async () => {
    const graph = await graphOf('steps: [{ files: photos }, decode]');
    expect(chainText([graph])).toMatchObject({ left: [{ code: 'run/not-an-edit' }] });
  });
});

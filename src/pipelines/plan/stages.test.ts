import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { batch, decode, defineOp, encode, files, pair, save, type Wire } from '../../ops/index.js';
import { frame } from '../../ports/index.js';
import { analysePipeline, type Pipeline, pipeline, stream } from '../code.js';
import { bulkOf, nodesOf, type Stage, stagesOf } from './stages.js';

const tensor = (name: string) =>
  defineOp({
    name,
    about: 'Leave it as it is',
    params: {},
    input: frame,
    output: frame,
    tensor: { program: () => (picture) => picture },
  });
const [warm, soften, tint] = [tensor('warm'), tensor('soften'), tensor('tint')];

const stages = (given: Pipeline): readonly Stage[] => {
  const graph = analysePipeline(given);
  if (E.isLeft(graph)) throw new Error(JSON.stringify(graph.left));
  return stagesOf(graph.right);
};

/** A stage in a few words: operators that are compiled together are joined by +. */
const inWords = (stage: Stage): string => {
  const name = (each: Wire | { readonly operator: { readonly name: string } }): string =>
    'operator' in each ? each.operator.name : '';
  const parts =
    stage.kind === 'lane'
      ? stage.parts.map((part) =>
          part.kind === 'map' ? name(part.node) : part.members.map(({ node }) => name(node)).join('+'),
        )
      : nodesOf(stage).map(name);
  return `${stage.kind}: ${parts.join(', ')}${stage.shared ? ' (shared)' : ''}`;
};

describe('stagesOf', () => {
  it('lets an item go through all that works on it alone, tensor operators together', () => {
    expect(
      stages(pipeline(files('photos'), decode(), warm(), soften(), encode(), save('out/{path}'))).map(
        inWords,
      ),
    ).toEqual(['source: files', 'lane: decode, warm+soften, encode, save']);
  });

  it('parts a lane where several read', () => {
    const clear = stream('clear', files('photos'), decode(), warm());
    const hazy = stream('hazy', clear, soften(), tint());
    expect(stages(pipeline(pair({ from: hazy, to: clear }), batch(4))).map(inWords)).toEqual([
      'source: files',
      'lane: decode, warm (shared)',
      'lane: soften+tint',
      'join: pair',
      'flow: batch',
    ]);
  });
});

describe('bulkOf', () => {
  const bulk = (given: Pipeline) => bulkOf(stages(given));

  it('knows pipelines that make one file of every file, and their extension', () => {
    expect(bulk(pipeline(files('photos'), decode(), encode('webp'), save('out')))?.extension('a.jpg')).toBe(
      'webp',
    );
    expect(
      bulk(pipeline(files('photos'), decode(), encode(), save('out')))?.extension('a.jpg'),
    ).toBeUndefined();
    const developed = bulk(pipeline(files('photos'), decode({ raw: 'develop' }), encode(), save('out')));
    expect(['a.nef', 'a.jpg'].map((path) => developed?.extension(path))).toEqual(['tif', undefined]);
  });

  it('knows others', () => {
    expect(bulk(pipeline(files('photos'), decode(), encode()))).toBeUndefined();
    expect(
      bulk(pipeline(files({ in: 'photos', repeat: true }), decode(), encode(), save('out'))),
    ).toBeUndefined();
    expect(bulk(pipeline(files('photos'), decode(), batch(2)))).toBeUndefined();
  });
});

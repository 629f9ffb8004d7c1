import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { compilePipeline } from '../execution/compile.js';
import { required, text } from '../operator/params/index.js';
import { decode, defineOp, encode, files, save } from '../ops/index.js';
import * as port from '../ports/index.js';
import type { Graph } from './check/graph.js';
import { analysePipeline, pipeline, stream } from './code.js';
import { analyse } from './compile.js';

const label = defineOp({
  name: 'label',
  about: 'Do nothing, under a name',
  params: { as: required(text, 'Any text') },
  main: 'as',
  input: port.frame,
  output: port.frame,
  map: () => () => async () => E.left([{ code: 'value/invalid', severity: 'error', message: 'never runs' }]),
});

/** What a graph says, without places in a file. */
const essence = ({ nodes, result, seed }: Graph) => ({
  seed,
  result,
  nodes: nodes.map(({ path, operator, written, reads, output }) => ({
    path,
    name: operator.name,
    written,
    reads,
    output,
  })),
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const folder = mkdtempSync(join(tmpdir(), 'prismflow-code-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('pipelines in code', () => {
  const clear = stream(
    'clear',
    files({ in: 'photos', shuffle: true, match: ['*.png', '**/a{1,2}.jpg'] }),
    decode(),
  );
  const cases = {
    'one after the other': pipeline(
      files('photos'),
      decode(),
      encode({ quality: 90 }),
      save('edited/{path}'),
    ),
    'with a seed': pipeline(files('photos'), decode()).with({ seed: 7, about: 'Read: all' }),
    'from a stream': pipeline(clear, encode('webp'), save({ to: 'small/{name}-{index}.{ext}' })),
    'from a stream of a stream': pipeline(stream('again', clear), encode()),
    'with texts that mean something in YAML': pipeline(
      files({ in: 'a $folder: yes' }),
      decode(),
      label('$x {y} # "z"'),
      label('null'),
      label('$$'),
    ),
  };

  it.each(Object.entries(cases))('are the same after a turn through YAML: %s', async (_, given) => {
    const yaml = { path: join(process.cwd(), 'pipeline.yaml'), text: given.toYaml() };
    const again = right(await analyse(yaml, { registry: registryWithLabel() })());
    expect(essence(again)).toEqual(essence(right(analysePipeline(given))));
  });

  it('keep dollar signs as they are', () => {
    const graph = right(analysePipeline(cases['with texts that mean something in YAML']));
    expect(graph.nodes.map(({ written }) => written).slice(2)).toEqual([
      { as: '$x {y} # "z"' },
      { as: 'null' },
      { as: '$$' },
    ]);
  });

  it('say what is wrong with parameters that the compiler cannot see', async () => {
    const wrong = await compilePipeline(pipeline(files(folder), decode(), encode({ quality: 0 })))();
    expect(E.isLeft(wrong) && wrong.left.map(({ code }) => code)).toEqual(['value/range']);
  });

  it('write YAML that reads well', () => {
    writeFileSync(join(folder, 'x.png'), '');
    expect(cases['from a stream'].toYaml()).toMatchInlineSnapshot(`
      "version: 1
      streams:
        clear:
          - files:
              in: photos
              shuffle: true
              match:
                - "*.png"
                - "**/a{1,2}.jpg"
          - decode
      steps:
        - clear
        - encode: webp
        - save:
            to: small/{name}-{index}.{ext}
      "
    `);
  });
});

const registryWithLabel = () =>
  new Map([files, decode, encode, save, label].map(({ operator }) => [operator.name, operator] as const));

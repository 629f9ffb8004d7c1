import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { required, text } from '../../operator/params/index.js';
import { batch, decode, defineOp, encode, files, pair, save } from '../../ops/index.js';
import { frame } from '../../ports/index.js';
import { analysePipeline, type Pipeline, pipeline, stream } from '../code.js';
import { type Drawing, drawingOf } from './drawing.js';
import { toMermaid } from './mermaid.js';
import { toSvg } from './svg.js';

const label = defineOp({
  name: 'label',
  about: 'Leave it as it is',
  params: { as: required(text, 'Any text') },
  main: 'as',
  input: frame,
  output: frame,
  tensor: { program: () => (picture) => picture },
});

const drawing = (given: Pipeline): Drawing => {
  const graph = analysePipeline(given);
  if (E.isLeft(graph)) throw new Error(JSON.stringify(graph.left));
  return drawingOf(graph.right);
};

const chain = drawing(
  pipeline(
    files('/photos'),
    decode(),
    label('a'),
    label('<b> "quoted" | [x] {y} #1; & so on, longer than a box is wide'),
    encode({ quality: 90 }),
    save('/out/{path}'),
  ).with({ name: 'chain' }),
);

describe('toMermaid', () => {
  it('draws a chain', () => {
    expect(toMermaid(chain)).toMatchInlineSnapshot(`
      "flowchart LR
        n0(["<b>files</b><br/>in: /photos"])
        n1["<b>decode</b>"]
        n2["<b>label</b><br/>as: a"]
        n3["<b>label</b><br/>as: #60;b#62; #34;quoted#34; #124; #91;x#93; #123;y#125; #35;1; #38; so on, longer …"]
        n4["<b>encode</b><br/>quality: 90"]
        n5["<b>save</b><br/>to: /out/#123;path#125;"]
        n0 -->|file| n1
        n1 -->|frame| n2
        n2 -->|frame| n3
        n3 -->|frame| n4
        n4 -->|encoded| n5
        subgraph fused0["one compiled graph"]
          n2
          n3
        end
      "
    `);
  });

  it('draws streams that come together', () => {
    const clear = stream('clear', files('/photos'), decode());
    expect(
      toMermaid(drawing(pipeline(pair({ from: stream('hazy', clear, label('haze')), to: clear }), batch(4)))),
    ).toMatchInlineSnapshot(`
      "flowchart LR
        n0(["<b>files</b><br/>in: /photos"])
        n1["<b>decode</b>"]
        n2["<b>label</b><br/>as: haze"]
        n3{{"<b>pair</b><br/>from: hazy, to: clear"}}
        n4["<b>batch</b><br/>size: 4"]
        n0 -->|file| n1
        n1 -->|frame| n2
        n2 -->|frame| n3
        n1 -->|frame| n3
        n3 -->|pair#40;frame, frame#41;| n4
      "
    `);
  });
});

describe('toSvg', () => {
  it('draws a picture that libvips can read, wide rather than high', async () => {
    const svg = toSvg(chain);
    const { width = 0, height = 0, format } = await sharp(Buffer.from(svg)).metadata();
    expect([format, width > 4 * height, height > 50]).toEqual(['svg', true, true]);
    expect(svg).toContain('one compiled graph');
    expect(svg).toContain('&#60;b&#62; &#34;quoted&#34; | [x]');
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

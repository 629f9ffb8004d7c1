import { describe, expect, it } from 'vitest';
import { createStage, frames } from './marbles.js';

describe('frames', () => {
  it('reads the diagrams of RxJS', () => {
    expect(frames('-a-(bc|)')).toEqual(['1 a', '3 b', '3 c', '3 |']);
    expect(frames('a #', { a: '42' })).toEqual(['0 42', '1 #error']);
  });
});

describe('createStage', () => {
  it('gives values no earlier than their frame, and not before they are asked for', async () => {
    const stage = createStage();
    const source = stage.source('a-b-c|');
    const run = source.flow.open();
    expect(source.runs()).toEqual([]);
    expect(await run.next()).toEqual({ done: false, value: 'a' });
    const seen: unknown[] = [];
    const pending = run.next().then((result) => seen.push(result.value));
    await stage.play(stage.source('-|').flow);
    expect(seen).toEqual([]);
    await stage.play(stage.source('-|').flow);
    await pending;
    expect(seen).toEqual(['b']);
    await run.close();
    expect(source.runs()).toEqual(['^-!']);
  });

  it('counts the frames of each run from its opening', async () => {
    const stage = createStage();
    const source = stage.source('-a|');
    expect(await stage.play(source.flow)).toEqual(['1 a', '2 |']);
    expect(await stage.play(source.flow)).toEqual(['3 a', '4 |']);
    expect(source.runs()).toEqual(['^-!', '--^-!']);
  });

  it('shows a run that ends in the frame in which it began', async () => {
    const stage = createStage();
    const source = stage.items('aB|');
    expect(await stage.play(source.flow, '!')).toEqual(['0 a']);
    expect(source.runs()).toEqual(['(^!)']);
  });

  it('gives up at frame 40', async () => {
    expect(await createStage().play(createStage().source('-').flow)).toEqual([]);
  });
});

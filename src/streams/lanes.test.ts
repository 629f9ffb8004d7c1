import { describe, expect, it } from 'vitest';
import { runLanes } from './lanes.js';
import { createStage, frames, type MarbleStage } from './testing/marbles.js';

/** Upper-case letters take two frames, others none; `x` throws at once, `y` later. */
const work = (stage: MarbleStage) => (letter: string) => {
  if (letter === 'x') throw 'error';
  if (letter === 'y') return stage.sleep(1).then(() => Promise.reject('error'));
  return letter === letter.toUpperCase() ? stage.sleep(2).then(() => letter) : { now: letter };
};

// What mapLanes and prefetch make of it is tested beside them.
describe('runLanes', () => {
  it.each([
    ['never', '-', '---!', '-', '^--!'],
    ['empty', '--|', '', '--|', '^-!'],
    ['one at once', 'a|', '', 'a|', '^!'],
    ['one later', 'A|', '', '--(A|)', '^!'],
    ['many', 'aBc---D---|', '', 'a--(Bc)-D-|', '^---------!'],
    ['error', 'aB#', '', 'a--(B#)', '^-!'],
    ['callback throws', 'Axb|', '', '--(A#)', '^-!'],
    ['callback rejects', 'Ayb|', '', '--(A#)', '^-!'],
    ['unsubscribed early', 'ABCDE|', '---!', '--AB', '^--!'],
  ])('%s', async (_name, diagram, unsubscribe, expected, run) => {
    const stage = createStage();
    const source = stage.source(diagram);
    const flow = runLanes(work(stage), { lanes: 2, ahead: 1 })(source.flow);
    expect(await stage.play(flow, unsubscribe)).toEqual(frames(expected));
    expect(source.runs()).toEqual([run]);
  });
});

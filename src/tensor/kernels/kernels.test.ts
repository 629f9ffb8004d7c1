import { afterAll, describe, it } from 'vitest';
import { createEngine } from '../run/engine.js';
import { checkCase } from '../testing/agree.js';
import { compositions } from '../testing/cases/compositions.js';
import { cases } from '../testing/cases/index.js';

const engine = createEngine('tfjs-cpu');
afterAll(() => engine.dispose());

describe('recorded programs replay on tfjs’s cpu backend, with the kernels that it lacks', () => {
  it.each(Object.entries({ ...cases, ...compositions }))('%s', (_, c) => checkCase(engine, c, 3));
});

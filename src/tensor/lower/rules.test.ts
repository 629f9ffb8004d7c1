import { afterAll, describe, it } from 'vitest';
import { createEngine } from '../run/engine.js';
import { checkCase } from '../testing/agree.js';
import { cases } from '../testing/cases/index.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

describe('every lowering rule agrees with tfjs’s cpu backend', () => {
  it.each(Object.entries(cases))('%s', async (_, c) => {
    await checkCase(engine, c, Number(process.env.RUNS ?? 10));
  });
});

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Operator } from '../operator/operator.js';
import type { CheckedParams } from '../operator/params/index.js';
import { encoded, type Outcome, travelsOn } from '../ports/index.js';
import type { Engine } from '../tensor/run/engine.js';
import { type Case, feedsOf } from './case.js';
import { copied } from './copied.js';
import type { Subject, Trial, Variation } from './laws/law.js';
import { contextFor } from './run/context.js';
import { disposeOf, type Feeds, type Given, operate, type Placed, type Programs } from './run/operate.js';

/** The engines of a test; each starts when it is first used. */
export interface Engines {
  readonly get: (name: 'cpu' | 'oracle') => Promise<Engine>;
  readonly close: () => Promise<void>;
}

/** Engines for the time of a test. */
export const openEngines = (): Engines => {
  const started = new Map<string, Promise<Engine>>();
  const start = async (name: 'cpu' | 'oracle'): Promise<Engine> => {
    const { createEngine } = await import('../tensor/run/engine.js');
    return createEngine(name === 'cpu' ? 'cpu' : 'tfjs-cpu');
  };
  const get = (name: 'cpu' | 'oracle'): Promise<Engine> => {
    const engine = started.get(name) ?? start(name);
    started.set(name, engine);
    return engine;
  };
  return {
    get,
    close: async () => {
      for (const engine of started.values()) await (await engine).dispose();
    },
  };
};

/** How long one run of an operator on a few small items may take, in seconds. What takes longer is taken not to end. */
const PATIENCE_S = 120;

/** Ends with the work, or fails after so many seconds in which this process ran: a machine may be put to sleep meanwhile. */
const ending = async <A>(work: Promise<A>): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    let seconds = 0;
    timer = setInterval(() => {
      if (++seconds >= PATIENCE_S) reject(new Error(`After ${PATIENCE_S} s it had not come to an end.`));
    }, 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearInterval(timer);
  }
};

const placedAt = async (
  operator: Operator,
  params: CheckedParams,
  seed: number,
  engine: Engine,
): Promise<Placed> => ({
  operator,
  params,
  context: contextFor({ seed, engine: TE.right(engine) }),
  engine,
});

const decoded = (operator: Operator, written: unknown): CheckedParams => {
  const params = operator.params.codec.decode(written);
  if (E.isLeft(params))
    throw new TypeError(
      `${operator.name} refuses ${JSON.stringify(written)}: ${params.left.map(({ message }) => message).join('; ')}`,
    );
  return params.right;
};

/** Where a case's inputs are, and where what is written goes. */
export interface Folders {
  readonly folder: string;
  readonly results: string;
}

/** Makes the inputs of a case, and what laws need to look at it. */
export const trialOf = async (
  subject: Subject,
  drawn: Case,
  { folder, results }: Folders,
  engines: Engines,
): Promise<Trial> => {
  const { operator } = subject;
  const { written, seed, choice } = drawn;
  const feeds = await feedsOf(operator, drawn, folder);
  const params = decoded(operator, written);
  const runOf = async (
    of: Operator,
    params_: CheckedParams,
    { feeds: given = feeds, bare = false, fresh = false, ...variation }: Variation,
  ): Promise<Given> => {
    const engine = await engines.get(variation.engine ?? 'cpu');
    const placed = await placedAt(of, params_, variation.seed ?? seed, engine);
    // What an earlier run wrote is none of this one's business.
    await rm(results, { recursive: true, force: true });
    const site = fresh ? placed : { ...placed, programs };
    return ending(operate(site, bare ? given : copied(given), variation));
  };
  const programs: Programs = new Map();
  let base: Promise<Given> | undefined;
  return {
    subject,
    params,
    written,
    feeds,
    folder,
    seed,
    choice,
    close: () => disposeOf(programs),
    placed: async () => placedAt(operator, params, seed, await engines.get('cpu')),
    run: (variation) => {
      if (variation?.written !== undefined)
        return runOf(operator, decoded(operator, variation.written), variation);
      if (variation !== undefined) return runOf(operator, params, variation);
      base ??= runOf(operator, params, {});
      return base;
    },
    runOther: async (other, others, given) =>
      runOf(other, decoded(other, others), {
        feeds: other.input.kind === 'file' ? await onDisk(given, folder) : given,
      }),
  };
};

/** Encoded pictures as files, where what reads them next wants files. */
const onDisk = async (feeds: Feeds, folder: string): Promise<Feeds> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(feeds).map(async ([name, outcomes]) => [
        name,
        await Promise.all(
          outcomes.map(async (outcome): Promise<Outcome<unknown>> => {
            if (E.isLeft(outcome) || !travelsOn(encoded, outcome.right.value)) return outcome;
            const { key, value } = outcome.right;
            const path = join(folder, `encoded-${key.path}`);
            await writeFile(path, value.bytes);
            return E.right({ key, value: { path } });
          }),
        ),
      ]),
    ),
  );

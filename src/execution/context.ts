import { availableParallelism } from 'node:os';
import type { IO } from 'fp-ts/lib/IO.js';
import * as O from 'fp-ts/lib/Option.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure } from '../diagnostics/index.js';
import { createDurable } from '../disk/durable.js';
import { memoryShare } from '../operator/free-memory.js';
import { randomFor } from '../operator/random.js';
import type { Notes, OpContext } from '../ops/index.js';
import { unrecorded } from '../ops/save/clearance.js';
import { definedOnly } from '../ports/defined.js';
import type { ItemFailure, ItemKey, Json } from '../ports/index.js';
import type { Budget } from '../streams/index.js';
import { USUAL_ENGINE } from '../tensor/engines.js';
import type { Engine } from '../tensor/run/engine.js';
import type { Elsewhere } from './elsewhere/elsewhere.js';
import type { SharedResources } from './shared-resources.js';
import type { EngineSettings } from './tensors/engine-choice.js';

/** What all operators of a run share. */
export interface RunContext extends EngineSettings {
  readonly seed: number;
  /** The engine that the work is done on. */
  readonly openEngine: TE.TaskEither<Diagnostics, Engine>;
  /** How many items are worked on at once. */
  readonly jobs: number;
  /** Bytes that work on all items may take together. */
  readonly memory: number;
  /** That memory itself, which all lanes of a run share; absent, each lane has its own. */
  readonly room?: Budget;
  /** Milliseconds after which a photo is refused that waits for memory of photos that wait for it: a minute. */
  readonly stalled?: number;
  /** Milliseconds that one item may take, Infinity for any time; by its size where it is not said. */
  readonly timeout?: number;
  /** Is told when work on an item begins and how many milliseconds it may take, again whenever it may take more; what it gives, when it ends. */
  readonly busy?: (key: ItemKey, milliseconds: () => number) => IO<void>;
  /** Whether seams of tiles and panoramas are checked in every picture. */
  readonly certify: boolean;
  readonly warn: (key: ItemKey, warning: Diagnostic) => IO<void>;
  /** Is told what the operator at a path notes about an item. */
  readonly noted: (key: ItemKey, operator: string, facts: Notes) => IO<void>;
  /** Is told of every item that is not worked on because it is done. */
  readonly skipped: (key: ItemKey) => IO<void>;
  /** Is told that an item failed before and is not tried again, since nothing has changed. */
  readonly quarantined: (failure: ItemFailure) => IO<void>;
  /** Is told that nothing can be written for now, and when it is tried again. */
  readonly waiting: (key: ItemKey, reason: Diagnostics, milliseconds: number) => IO<void>;
  /** What is known so far of how an item is made, for a receipt inside its file; undefined where no record is kept. */
  readonly receipt: (key: ItemKey) => IO<Json | undefined>;
  /** Does work that could end the process, where no process has ended at it: see `InFlight`. */
  readonly crashGuard: OpContext['crashGuard'];
  /** The pipeline, every parameter written out, for an operator that keeps the state of a training. */
  readonly pipeline?: Json;
  readonly durable: OpContext['durable'];
  /** Guards the files that results are written to. */
  readonly results: OpContext['results'];
  /** Is told that something has to be waited for before the run begins. */
  readonly delayed: (reason: Diagnostic, milliseconds: number) => IO<void>;
  /** Whether what failed before is tried again though nothing has changed. */
  readonly retry: boolean;
  /** Whether every operator is held to its laws, on every picture: see `brokenLaw`. */
  readonly laws: boolean;
  /** Ends waiting for a folder before the run begins. */
  readonly stop?: AbortSignal;
  /** Ends the sources when it aborts: what is being worked on is finished. */
  readonly finish?: AbortSignal;
  /** Is told that an operator, or several that are one compiled graph, begin with an item, and waited for. */
  readonly entering?: (operator: string, key: ItemKey) => Promise<void>;
  /** What is open in several runs at once, where they share that. */
  readonly shared?: SharedResources;
  /** Whether somebody turns parameters meanwhile: see `OpContext`. */
  readonly isDialled?: boolean;
  /** Where the work on photos is done, if that is not here. */
  readonly elsewhere?: Elsewhere;
  /** Is told which engine does the tensor work, once one does any. */
  readonly chosen: (engine: string) => IO<void>;
}

/** What one operator knows about the run. */
export const contextOf = (
  {
    seed,
    engine,
    openEngine,
    jobs,
    memory,
    timeout,
    certify,
    warn,
    noted,
    receipt,
    crashGuard,
    pipeline,
    durable,
    results,
    isDialled,
  }: RunContext,
  path: string,
): OpContext => ({
  path,
  seed,
  engine,
  openEngine,
  jobs,
  memory,
  ...definedOnly({ timeout }),
  certify,
  warn,
  note: (key, facts) => noted(key, path, facts),
  receipt,
  crashGuard,
  ...definedOnly({ pipeline }),
  durable,
  results,
  ...definedOnly({ isDialled }),
  random: (key) => randomFor(seed, path, key),
});

/** A run on this machine, with nobody watching. */
export const defaultContext = (seed: number): RunContext => ({
  seed,
  engine: USUAL_ENGINE,
  openEngine: TE.left([failure('tensor/engine-unavailable', 'Only a pipeline that runs has an engine.')]),
  jobs: availableParallelism(),
  memory: memoryShare(),
  certify: false,
  warn: () => () => undefined,
  noted: () => () => undefined,
  skipped: () => () => undefined,
  quarantined: () => () => undefined,
  waiting: () => () => undefined,
  receipt: () => () => undefined,
  crashGuard: (_, work) => T.Monad.map(work, O.some),
  durable: createDurable(),
  results: unrecorded,
  delayed: () => () => undefined,
  retry: false,
  laws: false,
  chosen: () => () => undefined,
});

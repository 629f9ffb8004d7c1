import { availableParallelism } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as R from 'fp-ts/lib/Record.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { emit, encodeModel } from '../emit/index.js';
import { type EngineName, type EngineRow, engines, USUAL_ENGINE } from '../engines.js';
import { elementCount, type Graph } from '../graph/index.js';
import type { Target } from '../passes/index.js';
import type { KernelProgram } from '../trace/program.js';
import { bareOutputs } from './bare-outputs.js';
import { type ModelLimits, ModelProcess } from './model-process/host.js';
import type { Job, Signature } from './protocol.js';
import { WorkerHost } from './worker-host.js';

/**
 * A program in the two forms that engines take, its graph already optimised. Compiling uses it up: large constants are
 * moved to the engine.
 */
export interface Executable {
  readonly operator: string;
  readonly graph: Graph;
  readonly program: KernelProgram;
  /** Memory is kept between values and runs, however large they are. */
  readonly arena?: boolean;
}

/** A program made ready on an engine. */
export interface Compiled {
  /**
   * Runs it once. The buffers of `feeds` are moved to the engine: the caller gives them up.
   * @param recycle keep them among the engine's spare buffers afterwards, from where `Engine.buffer` takes
   */
  readonly run: (
    feeds: Readonly<Record<string, HostTensor>>,
    signal?: AbortSignal,
    recycle?: boolean,
  ) => TE.TaskEither<Diagnostics, Readonly<Record<string, HostTensor>>>;
  /** The same on copies: the caller keeps the buffers. */
  readonly runOnCopies: Compiled['run'];
  /** Whether the engine still holds it; after a crash it does not, and it must be compiled again. */
  readonly alive: () => boolean;
  readonly dispose: () => void;
}

/** A model from elsewhere made ready on an engine: feeds and results go by the names of its signature. */
export interface OpenedModel extends Compiled, Signature {}

/** Where programs run. It holds one worker thread, started on first use. */
export interface Engine {
  readonly name: EngineName;
  /** What graphs are optimised for before they are compiled. */
  readonly target: Target;
  readonly compile: (executable: Executable) => TE.TaskEither<Diagnostics, Compiled>;
  /**
   * Opens an ONNX file by its bytes, in a process of its own, which ends when it is disposed of, when a run is aborted, and when it
   * takes more than the limits say. One run at a time. Errors: `tensor/compile-failed` with ONNX Runtime's message when it refuses;
   * `tensor/engine-unavailable` on engines that run no ONNX; `model/out-of-memory`, `model/too-slow`.
   */
  readonly openModel: (
    operator: string,
    model: Uint8Array,
    limits?: ModelLimits,
  ) => TE.TaskEither<Diagnostics, OpenedModel>;
  /** A buffer to fill and to give away in a run, one used before where there is one: a fresh one costs four times as much. */
  readonly buffer: (bytes: number) => ArrayBuffer;
  /** Ends the worker. A later compile starts another. */
  readonly dispose: () => Promise<void>;
}

/** How an engine of each kind has a worker make an executable ready. */
const jobOf = (engine: (typeof engines)[EngineName], { graph, program, arena = false }: Executable): Job => {
  if (engine.kind === 'tfjs') return { kind: 'replay', program, backend: engine.backend };
  const model = emit(bareOutputs(graph), engine.dialect);
  return {
    kind: 'onnx',
    model: encodeModel(model),
    externalInitialisers: model.externalInitialisers,
    provider: engine.provider,
    threads: threadsOf(engine),
    arena: arena || graph.nodes.every((node) => 4 * elementCount(node.shape) < ARENA_VALUE_BYTES),
  };
};

// ONNX Runtime's arena grows by doubling: with values this large it would hold twice what the program needs.
const ARENA_VALUE_BYTES = 128e6;

const threadsOf = ({ threads }: EngineRow): number => (threads ? availableParallelism() : 1);

/** Gives results the shapes of a graph's outputs. */
const shaped =
  ({ nodes, outputs }: Graph) =>
  (compiled: Compiled): Compiled => {
    const shapes = new Map(outputs.map(({ name, node }) => [name, nodes[node]!.shape]));
    const reshaped = TE.map(
      R.mapWithIndex((name: string, tensor: HostTensor) => ({
        ...tensor,
        shape: shapes.get(name) ?? tensor.shape,
      })),
    );
    return {
      ...compiled,
      run: (feeds, signal, recycle) => reshaped(compiled.run(feeds, signal, recycle)),
      runOnCopies: (feeds, signal) => reshaped(compiled.runOnCopies(feeds, signal)),
    };
  };

/** An engine by name. Nothing is started or loaded until something is compiled. */
export const createEngine = (name: EngineName): Engine => {
  const row = engines[name];
  const host = new WorkerHost();
  const models = new Set<ModelProcess>();
  let sessions = 0;
  const open = async (operator: string, job: Job): Promise<E.Either<Diagnostics, Compiled>> => {
    const session = sessions++;
    const opened = await host.request(operator, { kind: 'compile', session, job });
    if (E.isLeft(opened)) return opened;
    const { generation } = host;
    let released = false;
    const alive = (): boolean => !released && host.generation === generation;
    return E.right({
      alive,
      run:
        (feeds, signal, recycle = false) =>
        () =>
          host.request(operator, { kind: 'run', session, feeds, lent: recycle }, signal),
      runOnCopies: (feeds, signal) => () =>
        host.request(
          operator,
          { kind: 'run', session, feeds: R.map((t: HostTensor) => host.spare.copy(t))(feeds), lent: true },
          signal,
        ),
      dispose: () => {
        if (alive()) void host.request(operator, { kind: 'release', session });
        released = true;
      },
    });
  };
  return {
    name,
    target: row.target,
    compile: (executable) =>
      pipe(() => open(executable.operator, jobOf(row, executable)), TE.map(shaped(executable.graph))),
    openModel:
      (operator, model, limits = {}) =>
      async () => {
        if (row.kind !== 'onnx')
          return E.left([
            failure('tensor/engine-unavailable', `${operator}: the engine ${name} runs no ONNX files.`, {
              hint: `Choose another one, such as --engine ${USUAL_ENGINE}.`,
            }),
          ]);
        const opened = await ModelProcess.open(operator, model, row.provider, threadsOf(row), limits);
        if (E.isLeft(opened)) return opened;
        const { process, signature } = opened.right;
        models.add(process);
        const run: Compiled['run'] = (feeds, signal) => () => process.run(operator, feeds, signal);
        return E.right({
          ...signature,
          run,
          // The pipe copies them anyway.
          runOnCopies: run,
          alive: () => process.alive,
          dispose: () => {
            models.delete(process);
            process.end();
          },
        });
      },
    buffer: (bytes) => host.spare.take(bytes),
    dispose: () => {
      for (const process of models) process.end();
      return host.dispose();
    },
  };
};

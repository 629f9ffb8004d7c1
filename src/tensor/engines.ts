import { type Dialect, standardOnnx } from './emit/dialect.js';
import type { Target } from './passes/index.js';

/** What is said of any engine. */
interface AnyEngine {
  /** What graphs are optimised for before it compiles them. */
  readonly target: Target;
  /** Whether `auto` may take it: always, where there is a sign of a GPU, or never. Of equally fast ones it takes the first. */
  readonly auto: 'always' | 'with a GPU' | 'never';
  /** Whether it starts wherever this package is installed, so that a run need not try it beforehand. */
  readonly isEverywhere: boolean;
  /** Whether it takes a number of threads: as many as there are processors. */
  readonly threads: boolean;
  /** What it is for, where that is not speed. */
  readonly note?: string;
  /** What it needs, for somebody for whom it does not start. */
  readonly needs: string;
}

/** An engine that is one of ONNX Runtime's execution providers, with the CPU's behind it for operators that it lacks. */
export interface OnnxEngine extends AnyEngine {
  readonly kind: 'onnx';
  /** ONNX Runtime's name of the provider. */
  readonly provider: string;
  /** What the provider takes beyond standard ONNX, or has wrong. */
  readonly dialect: Dialect;
  readonly platforms: readonly NodeJS.Platform[];
}

/** An engine that runs the recorded kernels of tfjs one by one. It opens no ONNX files. */
export interface TfjsEngine extends AnyEngine {
  readonly kind: 'tfjs';
  /** tfjs's name of the backend. */
  readonly backend: string;
  /** The package that brings it. */
  readonly package: string;
}

/** One row of the table of engines. */
export type EngineRow = OnnxEngine | TfjsEngine;

const onnx = <P extends string>(
  provider: P,
  row: Omit<OnnxEngine, 'kind' | 'provider' | 'threads' | 'note'>,
) => ({ kind: 'onnx', provider, threads: true, ...row }) as const;

const tfjs = <B extends string>(
  backend: B,
  row: Omit<TfjsEngine, 'kind' | 'backend' | 'threads' | 'target'>,
) => ({ kind: 'tfjs', backend, threads: false, target: 'any', ...row }) as const;

/** Every engine, by the name that `--engine` takes. What is known of engines elsewhere is derived from here. */
export const engines = {
  cpu: onnx('cpu', {
    target: 'cpu',
    dialect: { ...standardOnnx, contrib: true, externalInitialiserBytes: 1 << 16 },
    auto: 'always',
    isEverywhere: true,
    platforms: ['linux', 'darwin', 'win32'],
    needs: 'Reinstall onnxruntime-node.',
  }),
  cuda: onnx('cuda', {
    target: 'any',
    // Feeding a large constant to a GPU would carry it there at every run.
    dialect: { ...standardOnnx, contrib: true },
    auto: 'with a GPU',
    isEverywhere: false,
    platforms: ['linux', 'win32'],
    needs:
      'Needs an NVIDIA driver, CUDA 12 with cuDNN 9, and `npm rebuild onnxruntime-node --ignore-scripts=false --onnxruntime-node-install=cuda12`.',
  }),
  webgpu: onnx('webgpu', {
    target: 'any',
    // ONNX Runtime 1.30 has these wrong there: slices that walk backwards, transposed convolutions in groups, dilated or
    // beyond their window, borders of convolutions whose window is as large as the picture, or one pixel, and powers where an
    // operand repeats the other's last axis, of a multiple of four.
    dialect: {
      ...standardOnnx,
      poolPositions: false,
      borderedProducts: false,
      transposedConvolutions: false,
      backwardSlices: false,
      repeatedPowers: false,
    },
    auto: 'with a GPU',
    isEverywhere: false,
    platforms: ['linux', 'darwin', 'win32'],
    needs: 'On Linux, needs libvulkan1 and a Vulkan driver for the GPU.',
  }),
  dml: onnx('dml', {
    target: 'any',
    dialect: standardOnnx,
    auto: 'with a GPU',
    isEverywhere: false,
    platforms: ['win32'],
    needs: 'Windows only.',
  }),
  coreml: onnx('coreml', {
    target: 'any',
    dialect: standardOnnx,
    auto: 'with a GPU',
    isEverywhere: false,
    platforms: ['darwin'],
    needs: 'macOS only.',
  }),
  'tfjs-node-gpu': tfjs('tensorflow', {
    package: '@tensorflow/tfjs-node-gpu',
    auto: 'never',
    isEverywhere: false,
    note: 'installed; its driver is tried on first use',
    needs: 'npm install @tensorflow/tfjs-node-gpu (needs CUDA 11.2 and Node before 23).',
  }),
  'tfjs-cpu': tfjs('cpu', {
    package: '@tensorflow/tfjs-backend-cpu',
    auto: 'never',
    isEverywhere: true,
    note: 'plain JavaScript; the reference that the others are tested against',
    needs: 'Reinstall @tensorflow/tfjs-backend-cpu.',
  }),
} as const satisfies Readonly<Record<string, EngineRow>>;

type Engines = typeof engines;

export type EngineName = keyof Engines;

/** ONNX Runtime's names of its execution providers. */
export type Provider = Extract<Engines[EngineName], { readonly kind: 'onnx' }>['provider'];

/** tfjs's names of its backends. */
export type TfjsBackend = Extract<Engines[EngineName], { readonly kind: 'tfjs' }>['backend'];

/** The engines' names, in the table's order. */
export const engineNames = Object.keys(engines) as readonly EngineName[];

/** The engine where none is asked for, and where no other works. */
export const USUAL_ENGINE = 'cpu' satisfies EngineName;

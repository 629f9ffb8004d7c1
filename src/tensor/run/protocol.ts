import type { HostTensor } from '../../ports/index.js';
import type { Provider, TfjsBackend } from '../engines.js';
import type { KernelProgram } from '../trace/program.js';

/** What a worker is asked to make ready. */
export type Job =
  | {
      readonly kind: 'onnx';
      readonly model: Uint8Array;
      /** Constants that are fed to the model at every run. */
      readonly externalInitialisers: Readonly<Record<string, HostTensor>>;
      readonly provider: Provider;
      readonly threads: number;
      /** Whether memory is kept between values and runs, which is faster, or given back. */
      readonly arena: boolean;
    }
  | { readonly kind: 'replay'; readonly program: KernelProgram; readonly backend: TfjsBackend };

export type Request =
  | { readonly kind: 'compile'; readonly session: number; readonly job: Job }
  | {
      readonly kind: 'run';
      readonly session: number;
      readonly feeds: Readonly<Record<string, HostTensor>>;
      /** Whether the feeds' buffers come back with the answer. */
      readonly lent: boolean;
    }
  | { readonly kind: 'release'; readonly session: number };

/** An input or output of an ONNX model as it declares it. */
export interface ModelValue {
  readonly name: string;
  /** Element type by ONNX Runtime's name, such as `float32`; absent when it is no tensor. */
  readonly type?: string;
  /** Sizes of the axes, `undefined` where they are free; empty when the model does not say. */
  readonly shape: readonly (number | undefined)[];
}

/** What goes into an opened program and comes out; empty for recorded programs, whose caller knows it. */
export interface Signature {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

/** What each request is answered with. */
export interface Results {
  readonly compile: Signature;
  readonly run: Readonly<Record<string, HostTensor>>;
  readonly release: Readonly<Record<string, never>>;
}

export type Reply =
  | {
      readonly id: number;
      readonly ok: true;
      readonly results: Results[Request['kind']];
      /** Buffers that were lent, back again. */
      readonly spent: readonly ArrayBuffer[];
    }
  | { readonly id: number; readonly ok: false; readonly message: string };

export interface Envelope {
  readonly id: number;
  readonly request: Request;
}

/** The buffers of tensors, to be moved rather than copied between threads. */
export const buffersOf = (tensors: Readonly<Record<string, HostTensor>>): ArrayBuffer[] => [
  ...new Set(
    Object.values(tensors).flatMap(({ data }) => (data.buffer instanceof ArrayBuffer ? [data.buffer] : [])),
  ),
];

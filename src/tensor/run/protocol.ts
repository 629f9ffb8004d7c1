import type { HostTensor } from '../../ports/index.js';
import type { KernelProgram } from '../trace/program.js';

/** ONNX Runtime's names of its execution providers. */
export type Provider = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

/** What a worker is asked to make ready. */
export type Job =
  | {
      readonly kind: 'onnx';
      readonly model: Uint8Array;
      /** Constants that are fed to the model at every run. */
      readonly residents: Readonly<Record<string, HostTensor>>;
      readonly provider: Provider;
      readonly threads: number;
      /** Whether memory is kept between values and runs, which is faster, or given back. */
      readonly arena: boolean;
    }
  | { readonly kind: 'replay'; readonly program: KernelProgram; readonly backend: 'cpu' | 'tensorflow' };

export type Request =
  | { readonly kind: 'compile'; readonly session: number; readonly job: Job }
  | { readonly kind: 'run'; readonly session: number; readonly feeds: Readonly<Record<string, HostTensor>> }
  | { readonly kind: 'release'; readonly session: number };

export type Reply =
  | { readonly id: number; readonly ok: true; readonly results: Readonly<Record<string, HostTensor>> }
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

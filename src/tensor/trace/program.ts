import type { HostTensor } from '../../ports/index.js';

/** Names a tensor of a recorded program. */
export type ValueId = number;

/** One kernel that tfjs ran, as data. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, ValueId>>;
  /** Whether the kernel takes its inputs as a list. */
  readonly list: boolean;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly ValueId[];
}

/** A program as the kernels that tfjs ran, in order: what a tfjs engine replays. Plain data, so a worker can take it. */
export interface KernelProgram {
  readonly inputs: readonly { readonly name: string; readonly value: ValueId }[];
  readonly constants: readonly (readonly [ValueId, HostTensor])[];
  readonly calls: readonly KernelCall[];
  readonly outputs: readonly ProgramOutput[];
}

export interface ProgramOutput {
  readonly name: string;
  readonly value: ValueId;
  /** The integer type that it is rounded and clamped to, if any. */
  readonly dtype?: 'uint8' | 'uint16';
}

/** Leaves out the calls whose results nobody uses. */
export const pruneCalls = (program: KernelProgram): KernelProgram => {
  const needed = new Set(program.outputs.map((o) => o.value));
  const calls = program.calls
    .toReversed()
    .filter((call) => {
      const used = call.outputs.some((o) => needed.has(o));
      if (used) for (const value of Object.values(call.inputs)) needed.add(value);
      return used;
    })
    .toReversed();
  return { ...program, calls, constants: program.constants.filter(([value]) => needed.has(value)) };
};

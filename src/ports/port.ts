import type { Frame } from './frame.js';
import type { Batch, Encoded, FileRef, Measure, Pair, Saved, Training, Unpaired } from './values.js';

/**
 * What may travel on a wire. A port is a value, so that pipelines from YAML are checked while they are read, and its
 * type says the same, so that pipelines in code are checked by the compiler.
 */
export type Port =
  | NonePort
  | FilePort
  | FramePort
  | EncodedPort
  | SavedPort
  | MeasurePort
  | TrainingPort
  | PairPort
  | UnpairedPort
  | BatchPort
  | OneOfPort
  | VariablePort;

/** Nothing: the input of a source. */
export interface NonePort {
  readonly kind: 'none';
}
/** A file on disk, unread. */
export interface FilePort {
  readonly kind: 'file';
}
/** A decoded photo. */
export interface FramePort {
  readonly kind: 'frame';
}
/** The bytes of an image file, not yet written. */
export interface EncodedPort {
  readonly kind: 'encoded';
}
/** A file that was written. */
export interface SavedPort {
  readonly kind: 'saved';
}
/** Named figures about an item. */
export interface MeasurePort {
  readonly kind: 'measure';
}
/** The state and the figures of a training step. */
export interface TrainingPort {
  readonly kind: 'training';
}
/** Two values made from one item. */
export interface PairPort<From extends Port = Port, To extends Port = Port> {
  readonly kind: 'pair';
  readonly from: From;
  readonly to: To;
}
/** Two items of two domains. */
export interface UnpairedPort<A extends Port = Port, B extends Port = Port> {
  readonly kind: 'unpaired';
  readonly a: A;
  readonly b: B;
}
/** Several items at once. */
export interface BatchPort<Of extends Port = Port> {
  readonly kind: 'batch';
  readonly of: Of;
}
/** One of several ports: only what an operator takes, never what it gives. */
export interface OneOfPort<Option = unknown> {
  readonly kind: 'oneOf';
  readonly options: readonly Port[];
  /** For the compiler alone: the options' types, which would have it look without end if they stood above. */
  readonly types?: Option;
}
/** Whatever is there, for operators such as `take` that hand on what they get: one name, one port. */
export interface VariablePort<Name extends string = string> {
  readonly kind: 'variable';
  readonly name: Name;
}

export const none: NonePort = { kind: 'none' };
export const file: FilePort = { kind: 'file' };
export const frame: FramePort = { kind: 'frame' };
export const encoded: EncodedPort = { kind: 'encoded' };
export const saved: SavedPort = { kind: 'saved' };
export const measure: MeasurePort = { kind: 'measure' };
export const training: TrainingPort = { kind: 'training' };

/** The port of `Pair` values. */
export const pair = <const From extends Port, const To extends Port>(
  from: From,
  to: To,
): PairPort<From, To> => ({ kind: 'pair', from, to });

/** The port of `Unpaired` values. */
export const unpaired = <const A extends Port, const B extends Port>(a: A, b: B): UnpairedPort<A, B> => ({
  kind: 'unpaired',
  a,
  b,
});

/** The port of `Batch` values. */
export const batch = <const Of extends Port>(of: Of): BatchPort<Of> => ({ kind: 'batch', of });

/** The port of an operator that takes values of any of the given ones; the first that fits counts. */
export const oneOf = <const Options extends readonly Port[]>(
  ...options: Options
): OneOfPort<Options[number]> => ({ kind: 'oneOf', options });

/** A port that stands for any other; the same name stands for the same port within one operator. */
export const variable = <const Name extends string>(name: Name): VariablePort<Name> => ({
  kind: 'variable',
  name,
});

/** The values that travel on a port. What travels on a variable is unknown to the operator that declares it. */
export type Value<P extends Port> =
  P extends PairPort<infer From, infer To>
    ? Pair<Value<From>, Value<To>>
    : P extends UnpairedPort<infer A, infer B>
      ? Unpaired<Value<A>, Value<B>>
      : P extends BatchPort<infer Of>
        ? Batch<Value<Of>>
        : P extends OneOfPort<infer Option>
          ? Value<Extract<Option, Port>>
          : P extends { readonly kind: infer Kind extends keyof SimpleValues }
            ? SimpleValues[Kind]
            : never;

interface SimpleValues {
  readonly none: undefined;
  readonly file: FileRef;
  readonly frame: Frame;
  readonly encoded: Encoded;
  readonly saved: Saved;
  readonly measure: Measure;
  readonly training: Training;
  readonly variable: unknown;
}

/** A port as people read it: `batch of pair(frame, frame)`. */
export const showPort = (port: Port): string => {
  switch (port.kind) {
    case 'pair':
      return `pair(${showPort(port.from)}, ${showPort(port.to)})`;
    case 'unpaired':
      return `unpaired(${showPort(port.a)}, ${showPort(port.b)})`;
    case 'batch':
      return `batch of ${showPort(port.of)}`;
    case 'oneOf':
      return port.options.map(showPort).join(' or ');
    case 'variable':
      return port.name;
    default:
      return port.kind;
  }
};

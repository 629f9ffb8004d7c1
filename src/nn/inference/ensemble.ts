import type { HostTensor, NetworkSpec } from '../../ports/index.js';
import type { Gate, Keeps, Snapshot } from '../models/index.js';
import type { Network } from '../network.js';

/** Weights of a network by parameter name. */
export type Weights = Readonly<Record<string, HostTensor<'float32'>>>;

/** A trained model as it is applied. */
export interface Ensemble {
  readonly network: Network;
  readonly members: readonly [Weights, ...Weights[]];
  /** When a photo is left as it is. */
  readonly gate?: Gate;
  /** What photos keep of their light. */
  readonly keeps?: Keeps;
}

/** An ensemble and which snapshots it was made of. */
export interface LoadedEnsemble extends Ensemble {
  readonly generator: NetworkSpec;
  readonly snapshots: readonly Snapshot[];
}

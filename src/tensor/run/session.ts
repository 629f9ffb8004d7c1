import type { HostTensor } from '../../ports/index.js';
import type { Signature } from './protocol.js';

/** A program made ready inside a worker. */
export interface Session {
  readonly signature: Signature;
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>;
  release(): Promise<void>;
}

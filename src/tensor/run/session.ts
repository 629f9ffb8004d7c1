import type { HostTensor } from '../../ports/index.js';

/** A program made ready inside a worker. */
export interface Session {
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>;
  release(): Promise<void>;
}

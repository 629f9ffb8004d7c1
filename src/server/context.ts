import type { Editor } from '../execution/editing/editor.js';
import type { Catalogue } from '../execution/editing/offers.js';
import type { Limits } from './limits.js';
import type { PhotoShelf } from './photos/shelf.js';
import type { PresetFiles } from './presets/preset-files.js';
import type { Store } from './store/store.js';
import type { Room } from './store/usage.js';

/** What all routes work with. */
export interface ServerContext {
  readonly editor: Editor;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly photos: PhotoShelf;
  readonly presets: PresetFiles;
  readonly limits: Limits;
  /** What photos and results may take on the disk. */
  readonly room: Room;
  /** The folder that is served: presets are written below it. */
  readonly folder: string;
  /** Folders of which only those learn who may know all. */
  readonly places: readonly string[];
  /** The file that is served, as the user named it; absent where only shipped pipelines are. */
  readonly served: string | undefined;
  /** Milliseconds that photos, results and receipts are kept. */
  readonly keep: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

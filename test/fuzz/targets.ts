import { keptTargets } from './kept.js';
import { metadataTargets } from './metadata.js';
import { modelTargets } from './models.js';
import { pictureTargets } from './pictures.js';
import type { Target } from './target.js';
import { textTargets } from './texts.js';

/** Every parser of ours that foreign bytes reach, by name. A new one is a line here, or in one of these groups. */
export const targets: Readonly<Record<string, Target>> = {
  ...pictureTargets,
  ...metadataTargets,
  ...textTargets,
  ...modelTargets,
  ...keptTargets,
};

import { faultOf, faultOfAll } from '../../disk/pattern.js';
import { listOf } from './compounds.js';
import { refine } from './param-type.js';
import { text } from './scalars.js';

/** Patterns that paths must fit, one of them or several. */
export const patterns = refine(listOf(refine(text, faultOf)), faultOfAll);

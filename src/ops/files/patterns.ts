import { faultOf, faultOfAll } from '../../disk/pattern.js';
import { listOf, refine, text } from '../../operator/params/index.js';

/** A parameter that says which paths to take. */
export const patterns = refine(listOf(refine(text, faultOf)), faultOfAll);

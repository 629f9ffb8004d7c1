import type { LawKit } from '../../testing/index.js';
import { untile } from '../untile/index.js';

export const kit: LawKit = () => ({ undoneBy: { op: untile } });

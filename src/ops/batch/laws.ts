import type { LawKit } from '../../testing/index.js';
import { unbatch } from '../unbatch/index.js';

export const kit: LawKit = () => ({
  undoneBy: { op: unbatch, when: ({ partial }: { readonly partial: boolean }) => partial },
});

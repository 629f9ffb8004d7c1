import type { GraphBuilder, NodeId } from '../graph/index.js';

// tfjs programs are channels-last, the graph is channels-first. Rules convert at every operator; the layout pass
// then cancels what meets.

/** [N,H,W,C] → [N,C,H,W] */
export const toNchw = (b: GraphBuilder, x: NodeId): NodeId => b.transpose(x, [0, 3, 1, 2]);

/** [N,C,H,W] → [N,H,W,C] */
export const toNhwc = (b: GraphBuilder, x: NodeId): NodeId => b.transpose(x, [0, 2, 3, 1]);

/** [KH,KW,I,O] → [O,I,KH,KW] */
export const toOihw = (b: GraphBuilder, filter: NodeId): NodeId => b.transpose(filter, [3, 2, 0, 1]);

/** [O,I,KH,KW] → [KH,KW,I,O] */
export const toHwio = (b: GraphBuilder, filter: NodeId): NodeId => b.transpose(filter, [2, 3, 1, 0]);

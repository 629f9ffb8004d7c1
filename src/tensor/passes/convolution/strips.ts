import type { GraphBuilder, NodeId } from '../../graph/index.js';
import { bytesOf, partsOf, type RowLists, type Rows } from './rows.js';

/** Neighbouring output pixels that one row of the product computes. */
const GROUP = 4;

/**
 * A convolution of stride 1 from many channels to few. One row of a matrix product takes a strip of KW+3 pixels and gives
 * four neighbouring pixels for every row of the kernel (the filter laid out as a band matrix); what the kernel's rows give
 * is then added up. The strips are a KH-th of the patches, which for few outputs cost more than the arithmetic.
 * `filter` is [KH,KW,I,O]; gives rows of [N·height·width, O].
 */
export const stripConvolution = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  filter: NodeId,
  { height, width }: { readonly height: number; readonly width: number },
): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const { batch } = rows;
  const reach = kw + GROUP - 1;
  const groups = Math.ceil(width / GROUP);
  const tall = height + kh - 1;
  const band = bandMatrix(b, lists, filter);
  const strips = partsOf(batch * tall * groups, bytesOf(reach, inputs), groups).map((part) => {
    const key = `strips;${rows.key};${kh},${kw};${height},${width};${part.first},${part.count}`;
    const fill = (list: Int32Array): void => {
      let at = 0;
      for (let strip = part.first; strip < part.first + part.count; strip++) {
        const group = strip % groups;
        const y = Math.floor(strip / groups) % tall;
        const n = Math.floor(strip / (groups * tall));
        for (let s = 0; s < reach; s++) {
          // The last strip may reach beyond the padded picture; those pixels are cut off again.
          list[at++] = rows.locate(n, y, Math.min(group * GROUP + s, width + kw - 2));
        }
      }
    };
    const gathered = lists.gather(b, rows.matrix, key, part.count * reach, fill, groups * reach);
    return b.matmul(b.reshape(gathered, [part.count, reach * inputs]), band);
  });
  const products = b.reshape(b.concat(strips, 0), [batch * tall * groups * kh, GROUP * outputs]);
  const key = `strip sums;${batch};${kh};${height},${groups}`;
  const ordered = lists.gather(b, products, key, kh * batch * height * groups, (list) => {
    let at = 0;
    for (let k = 0; k < kh; k++)
      for (let n = 0; n < batch; n++)
        for (let y = 0; y < height; y++)
          for (let g = 0; g < groups; g++) list[at++] = ((n * tall + y + k) * groups + g) * kh + k;
  });
  const sums = b.matmul(
    b.fill(1, [1, kh]),
    b.reshape(ordered, [kh, batch * height * groups * GROUP * outputs]),
  );
  const picture = b.reshape(sums, [batch, height, groups * GROUP, outputs]);
  return b.reshape(b.sliceAxis(picture, 2, 0, width), [batch * height * width, outputs]);
};

/** The filter as a matrix from a strip's pixels to four outputs for each row of the kernel: [(KW+3)·I, KH·4·O]. */
const bandMatrix = (b: GraphBuilder, lists: RowLists, filter: NodeId): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const reach = kw + GROUP - 1;
  const taps = b.reshape(filter, [kh * kw * inputs, outputs]);
  const spread = lists.gather(b, taps, `band;${kh},${kw};${inputs}`, reach * inputs * kh * GROUP, (list) => {
    let at = 0;
    for (let s = 0; s < reach; s++)
      for (let c = 0; c < inputs; c++)
        for (let ky = 0; ky < kh; ky++)
          for (let r = 0; r < GROUP; r++) {
            const kx = s - r;
            list[at++] = kx < 0 || kx >= kw ? -1 : (ky * kw + kx) * inputs + c;
          }
  });
  return b.reshape(spread, [reach * inputs, kh * GROUP * outputs]);
};

import { Graph, layout } from '@dagrejs/dagre';
import { printable } from '../../diagnostics/index.js';
import type { Box, Drawing } from './drawing.js';

/** Pixels; the widths of letters are those of a common sans-serif, rounded up. */
const LETTER = 7.2;
const SMALL_LETTER = 5.8;
const MARGIN = 16;

const colours: Readonly<Record<Box['kind'], string>> = {
  source: '#2f9e6e',
  join: '#8a63d2',
  flow: '#b7791f',
  scan: '#c2410c',
  lane: '#2b6cb0',
};

/** The drawing as a picture, from left to right, legible on a light and on a dark page. */
export const toSvg = (drawing: Drawing): string => {
  const { boxes, wires, fused, title } = drawing;
  const graph = new Graph({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 64, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes)
    graph.setNode(box.id, { width: widthOf(box), height: box.details === '' ? 36 : 52 });
  for (const { from, to, port } of wires)
    graph.setEdge(from, to, { width: port.length * SMALL_LETTER, height: 14, labelpos: 'c' });
  for (const [i, members] of fused.entries()) {
    graph.setNode(`fused${i}`, {});
    for (const member of members) graph.setParent(member, `fused${i}`);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const parts = [
    ...fused.map((_, i) => groupOf(graph.node(`fused${i}`))),
    ...wires.map(({ from, to, port }) => wireOf(graph.edge(from, to), port)),
    ...boxes.map((box) => boxOf(graph.node(box.id), box)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" font-family="system-ui, sans-serif" role="img" aria-label="${escapeXml(title)}">
<title>${escapeXml(title)}</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#7a8594"/></marker></defs>
${parts.join('\n')}
</svg>
`;
};

interface Placed {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
}

const widthOf = ({ name, details }: Box): number =>
  Math.max(72, name.length * LETTER + 28, details.length * SMALL_LETTER + 24);

const groupOf = ({ x = 0, y = 0, width = 0, height = 0 }: Placed): string =>
  `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="10" fill="none" stroke="#7a8594" stroke-dasharray="5 4"/>` +
  `<text x="${round(x)}" y="${round(y - height / 2 - 5)}" font-size="10" fill="#7a8594" text-anchor="middle">one compiled graph</text>`;

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: Placed, { name, details, kind }: Box): string =>
  `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="8" fill="${colours[kind]}"/>` +
  `<text x="${round(x)}" y="${round(y + (details === '' ? 4 : -4))}" font-size="13" font-weight="600" fill="#fff" text-anchor="middle">${escapeXml(name)}</text>` +
  (details === ''
    ? ''
    : `<text x="${round(x)}" y="${round(y + 14)}" font-size="10" fill="#fff" text-anchor="middle">${escapeXml(details)}</text>`);

interface Routed extends Placed {
  readonly points?: readonly { readonly x: number; readonly y: number }[];
}

const wireOf = ({ points = [], x = 0, y = 0 }: Routed, port: string): string => {
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${round(point.x)} ${round(point.y)}`).join('');
  return (
    `<path d="${path}" fill="none" stroke="#7a8594" stroke-width="1.5" marker-end="url(#arrow)"/>` +
    `<text x="${round(x)}" y="${round(y - 5)}" font-size="10" fill="#7a8594" text-anchor="middle">${escapeXml(port)}</text>`
  );
};

const round = (n: number): number => Math.round(n * 10) / 10;

const escapeXml = (text: string): string =>
  printable(text).replaceAll(/[<>&"]/g, (sign) => `&#${sign.codePointAt(0)};`);

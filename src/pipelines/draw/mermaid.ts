import { printable } from '../../diagnostics/index.js';
import type { Box, Drawing } from './drawing.js';

/** The drawing as a Mermaid flowchart, which GitHub and many editors show as a picture. */
export const toMermaid = ({ boxes, wires, fused }: Drawing): string => {
  const ids = new Map(boxes.map(({ id }, i) => [id, `n${i}`]));
  const idOf = (id: string): string => ids.get(id) ?? '';
  const lines = [
    'flowchart LR',
    ...boxes.map((box) => `  ${idOf(box.id)}${shapeOf(box)}`),
    ...wires.map(({ from, to, port }) => `  ${idOf(from)} -->|${escapeText(port)}| ${idOf(to)}`),
    ...fused.flatMap((members, i) => [
      `  subgraph fused${i}["one compiled graph"]`,
      ...members.map((member) => `    ${idOf(member)}`),
      '  end',
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

const shapeOf = ({ name, details, kind }: Box): string => {
  const label = `"<b>${escapeText(name)}</b>${details === '' ? '' : `<br/>${escapeText(details)}`}"`;
  switch (kind) {
    case 'source':
      return `([${label}])`;
    case 'join':
      return `{{${label}}}`;
    case 'scan':
      return `[[${label}]]`;
    default:
      return `[${label}]`;
  }
};

/** Mermaid reads quotes, brackets and pipes; as entities they are only shown. */
const escapeText = (text: string): string =>
  printable(text).replaceAll(/["<>&|{}[\]()#]/g, (sign) => `#${sign.codePointAt(0)};`);

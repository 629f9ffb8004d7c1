/** Icons of one family: 20 by 20, drawn with a line of the text's colour. Buttons say in words what they do; icons are hidden from readers. */

const paths = {
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  close: 'M5 5l10 10M15 5L5 15',
  download: 'M10 3v9M6 8.5l4 4 4-4M4 16.5h12',
  queue: 'M4 5h12M4 10h12M4 15h7',
  help: 'M7.5 7.6a2.5 2.5 0 1 1 3.6 2.3c-.7.4-1.1.8-1.1 1.7M10 14.6v.1',
  undo: 'M7 4 3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8',
  redo: 'M13 4l3.5 3.5L13 11M16 7.5H8.5a4.5 4.5 0 0 0 0 9H12',
  up: 'M5 12l5-5 5 5',
  down: 'M5 8l5 5 5-5',
  reset: 'M4 10a6 6 0 1 0 2-4.5M4 3.5V7h3.5',
  eye: 'M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z',
  eyeOff:
    'M3 3l14 14M8 4.8c.6-.2 1.3-.3 2-.3 5 0 8 5.500 8 5.500s-.7 1.300-2 2.700M5.200 6.200C3.100 7.700 2 10 2 10s3 5.500 8 5.500c1.300 0 2.400-.3 3.400-.8',
  grip: 'M7.500 5v.01M12.500 5v.01M7.500 10v.01M12.500 10v.01M7.500 15v.01M12.500 15v.01',
  split: 'M3 4h14v12H3zM10 2v16',
  side: 'M3 4h6v12H3zM11 4h6v12h-6z',
  after: 'M3 4h14v12H3z',
  hold: 'M10 4a6 6 0 1 0 0 12zM10 4a6 6 0 0 1 0 12',
  clipping: 'M3 15l4-8 3 5 2.500-4L17 15zM13 5h4M15 3v4',
  trust: 'M10 2.500l6 2.500v4.500c0 4-2.600 6.600-6 8-3.400-1.400-6-4-6-8V5zM7.200 10l2 2 3.600-4',
  sphere:
    'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c2 2 3 4.400 3 7s-1 5-3 7c-2-2-3-4.400-3-7s1-5 3-7z',
  folder: 'M2.500 5.500h5l2 2h8v8h-15z',
  photo: 'M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M12.500 8v.01',
  warning: 'M10 3.500l7 12.500H3zM10 8.500v3.500M10 14.300v.01',
  sun: 'M10 13.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.400 1.400M14.300 14.300l1.400 1.400M15.700 4.300l-1.400 1.400M5.700 14.300l-1.400 1.400',
  moon: 'M16 11.500A6.500 6.500 0 0 1 8.500 4a6.500 6.500 0 1 0 7.500 7.500z',
  system: 'M3 4h14v9H3zM7 16.500h6M10 13v3.500',
  bookmark: 'M5.500 3.500h9V17L10 13.500 5.500 17z',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  stack: 'M10 3l7 4-7 4-7-4zM3 11l7 4 7-4',
  curve: 'M3 3.500v13h14M6 6c1 6 4 7.500 10 8',
  play: 'M6.500 4.500v11l9-5.500z',
  stop: 'M5.500 5.500h9v9h-9z',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.700 10h6.600L14 6',
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
);

/** The mark of the project: light through a prism. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
    <path d="M16 5 28 26H4z" />
    <path d="M1 19l9-2.500M22 15l9-2M23.200 18l7.800 1M25 21.500l6 3" />
  </svg>
);

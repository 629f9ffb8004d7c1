import type { Size } from '../../ports/index.js';
import { type Element, elementAt, type Field, fieldOf, withinElement } from './xml-tree.js';
import { type Edit, propertiesOf, removed, type XmpPacket } from './xmp-packet.js';

/** A rectangle in shares of a picture's sides, from its left and top edges. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How a picture came out of another one: where its places went. */
export interface Move {
  /** Where a rectangle of the old picture lies in the new one; it may lie outside. */
  readonly place: (rectangle: Rectangle) => Rectangle;
  /** The old picture's size, and the new one's. */
  readonly before: Size;
  readonly after: Size;
  /** By how much a length of the old picture's shorter side is more or less of the new one's. */
  readonly scale: number;
  /** True where what was upright is so no longer, or the other way round. */
  readonly turns: boolean;
  /** True where nothing was cut off, added or turned: the whole picture at another size. */
  readonly whole: boolean;
}

const inside = ({ left, top, width, height }: Rectangle): Rectangle | undefined => {
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  const [right, bottom] = [clip(left + width), clip(top + height)];
  const [x, y] = [clip(left), clip(top)];
  const isOutside = left > 1 || top > 1 || left + width < 0 || top + height < 0;
  const isGone = isOutside || (width > 0 && right <= x) || (height > 0 && bottom <= y);
  return isGone ? undefined : { left: x, top: y, width: right - x, height: bottom - y };
};

/** Six digits are a thousandth of a pixel of any picture. */
const shown = (value: number): string => `${Number(value.toFixed(6))}`;

const numberOf = (field: Field | undefined): number | undefined => {
  const value = field === undefined || field.value === '' ? Number.NaN : Number(field.value);
  return Number.isFinite(value) ? value : undefined;
};

const put = (field: Field | undefined, value: number): readonly Edit[] =>
  field === undefined ? [] : [{ ...field.inner, text: shown(value) }];

/** Edits that move a region; `gone` where it lies outside, nothing where it cannot be followed. */
type Moved = readonly Edit[] | 'gone' | undefined;

/** An area of the Metadata Working Group's: a centre with width and height, with a diameter, or alone. */
const movedArea = (area: Element, move: Move): Moved => {
  const fields = ['x', 'y', 'w', 'h', 'd'].map((name) => fieldOf(area, name));
  const [x, y, w = 0, h = 0, d] = fields.map(numberOf);
  const unit = fieldOf(area, 'unit')?.value ?? 'normalized';
  if (x === undefined || y === undefined || unit !== 'normalized') return undefined;
  const placed = inside(move.place({ left: x - w / 2, top: y - h / 2, width: w, height: h }));
  if (placed === undefined) return 'gone';
  const { left, top, width, height } = placed;
  const values = [left + width / 2, top + height / 2, width, height, (d ?? 0) * move.scale];
  return fields.flatMap((field, i) => put(field, values[i] ?? 0));
};

/** Microsoft's rectangle: four shares with commas between. */
const movedRectangle = ({ value, inner }: Field, move: Move): Moved => {
  const numbers = value.split(',').map(Number);
  const [left = 0, top = 0, width = 0, height = 0] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  const placed = inside(move.place({ left, top, width, height }));
  if (placed === undefined) return 'gone';
  const text = [placed.left, placed.top, placed.width, placed.height].map(shown).join(', ');
  return [{ ...inner, text }];
};

const firstWithin = (element: Element, local: string): Element | undefined =>
  withinElement(element).find((each) => each.local === local);

const movedEntry = (entry: Element, move: Move): Moved => {
  const area = firstWithin(entry, 'Area');
  if (area !== undefined) return withoutRoll(entry, move, movedArea(area, move));
  const holder = withinElement(entry).find((each) => fieldOf(each, 'Rectangle') !== undefined);
  const rectangle = holder && fieldOf(holder, 'Rectangle');
  // A person without a place needs none.
  return rectangle === undefined ? [] : movedRectangle(rectangle, move);
};

// How a face is inclined, as Apple writes it, holds for the picture as it was.
const withoutRoll = (entry: Element, { turns }: Move, moved: Moved): Moved => {
  if (!turns || moved === undefined || moved === 'gone') return moved;
  const extensions = firstWithin(entry, 'Extensions');
  return extensions === undefined ? moved : [...moved, { ...extensions.whole, text: '' }];
};

/** List entries that are not inside another one. */
const entriesOf = (element: Element): readonly Element[] =>
  element.local === 'li' ? [element] : element.children.flatMap(entriesOf);

const dimensions = (root: Element, { after }: Move): readonly Edit[] => {
  const applied = firstWithin(root, 'AppliedToDimensions');
  return applied === undefined
    ? []
    : [...put(fieldOf(applied, 'w'), after.width), ...put(fieldOf(applied, 'h'), after.height)];
};

/** Whether regions were measured in the picture after it was turned, as its size beside them shows. */
const isTurnedAlready = (root: Element, { before, turns }: Move): boolean => {
  const applied = firstWithin(root, 'AppliedToDimensions');
  const [w, h] = applied ? [numberOf(fieldOf(applied, 'w')), numberOf(fieldOf(applied, 'h'))] : [];
  if (!turns || w === undefined || h === undefined || w === h || before.width === before.height) return false;
  return w > h !== before.width > before.height;
};

/** What is to be done with all regions of one kind; undefined where they cannot be followed. */
const movedList = (root: Element, move: Move): readonly Edit[] | undefined => {
  if (move.whole || isTurnedAlready(root, move)) return dimensions(root, move);
  const entries = entriesOf(root).map((entry) => ({ entry, moved: movedEntry(entry, move) }));
  if (entries.some(({ moved }) => moved === undefined)) return undefined;
  const isEmpty = entries.length > 0 && entries.every(({ moved }) => moved === 'gone');
  if (isEmpty) return undefined;
  return [
    ...dimensions(root, move),
    ...entries.flatMap(({ entry, moved }) =>
      moved === 'gone' ? [{ ...entry.whole, text: '' }] : (moved ?? []),
    ),
  ];
};

/** Where lists of regions stand. */
const LISTS = [
  ['mwg-rs', 'Regions'],
  ['MP', 'RegionInfo'],
] as const;

/** Regions in other forms, which are not followed. */
const OTHERS = [
  ['apple-fi', 'Regions'],
  ['Iptc4xmpExt', 'ImageRegion'],
] as const;

/** Edits of a packet, and what of it they leave out without a place in the new picture, in the user's words. */
export interface Followed {
  readonly edits: readonly Edit[];
  readonly leftOut: readonly string[];
}

/**
 * Edits that make regions of people and things (Metadata Working Group, Microsoft, Apple) follow a picture: those outside of
 * it go, and all where one of them cannot be followed.
 */
export const followedRegions = (packet: XmpPacket, move: Move): Followed => {
  const lists = LISTS.flatMap(([namespace, name]) => propertiesOf(packet, namespace, name)).map(
    (property) => {
      const root = elementAt(packet.text, property.whole);
      const edits = root && movedList(root, move);
      return {
        property,
        edits,
        isLost: edits === undefined && (root === undefined || !allOutside(root, move)),
      };
    },
  );
  const others = move.whole
    ? []
    : OTHERS.flatMap(([namespace, name]) => propertiesOf(packet, namespace, name));
  return {
    edits: [
      ...lists.flatMap(({ property, edits }) => edits ?? [removed(packet)(property)]),
      ...others.map(removed(packet)),
    ],
    leftOut:
      others.length > 0 || lists.some(({ isLost }) => isLost) ? ['regions of people and things in XMP'] : [],
  };
};

const allOutside = (root: Element, move: Move): boolean =>
  entriesOf(root).every((entry) => movedEntry(entry, move) === 'gone');

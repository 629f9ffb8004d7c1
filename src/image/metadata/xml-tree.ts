import * as E from 'fp-ts/lib/Either.js';
import { type Attribute, type Range, readXml } from './xml.js';

/** An element with all that is in it; ranges count in the text that it was read from. */
export interface Element {
  /** Its name without its prefix. */
  readonly local: string;
  readonly attributes: readonly Attribute[];
  readonly children: readonly Element[];
  readonly text: string;
  readonly whole: Range;
  /** What is between its tags; empty, before its end, for an element without content. */
  readonly inner: Range;
}

/** A value inside an element, and where it stands. */
export interface Field {
  readonly value: string;
  readonly inner: Range;
}

/** A name without its prefix. */
export const localOf = (name: string): string => name.slice(name.indexOf(':') + 1);

type Mutable<A> = { -readonly [K in keyof A]: A[K] };
type Growing = Mutable<Element> & { readonly children: Element[] };

/**
 * The element that a part of a text is, as a tree; within the limits of `readXml`. Prefixes that are declared around it do
 * not matter: names count without them. Undefined where it is no element.
 */
export const elementAt = (text: string, { start, end }: Range): Element | undefined => {
  const stack: Growing[] = [];
  let root: Element | undefined;
  const moved = (range: Range): Range => ({ start: range.start + start, end: range.end + start });
  const read = readXml(text.slice(start, end), {
    open: (name, attributes, _, tag) => {
      const whole = moved(tag);
      const element: Growing = {
        local: localOf(name),
        attributes: attributes.map((each) => ({
          ...each,
          whole: moved(each.whole),
          inner: moved(each.inner),
        })),
        children: [],
        text: '',
        whole,
        inner: { start: whole.end, end: whole.end },
      };
      stack.at(-1)?.children.push(element);
      root ??= element;
      stack.push(element);
    },
    text: (part) => {
      const around = stack.at(-1);
      if (around !== undefined) around.text += part;
    },
    close: (_, tag) => {
      const closed = stack.pop();
      if (closed === undefined) return;
      const { start: before, end: behind } = moved(tag);
      closed.whole = { start: closed.whole.start, end: behind };
      if (tag.start !== tag.end) closed.inner = { start: closed.inner.start, end: before };
    },
  });
  return E.isRight(read) ? root : undefined;
};

/** Every element in an element, itself first. */
export const withinElement = (element: Element): readonly Element[] => [
  element,
  ...element.children.flatMap(withinElement),
];

/** A field of an element by its name without prefix, as an attribute or as an element of text. */
export const fieldOf = ({ attributes, children }: Element, name: string): Field | undefined => {
  const attribute = attributes.find((each) => localOf(each.name) === name);
  if (attribute !== undefined) return attribute;
  const child = children.find((each) => each.local === name);
  return child && { value: child.text.trim(), inner: child.inner };
};

import * as E from 'fp-ts/lib/Either.js';
import { SaxesParser } from 'saxes';

/** A part of a text, from `start` up to but not including `end`, in UTF-16 code units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** An attribute as it stands in its text: all of it, and what is between its quotation marks. */
export interface Attribute {
  readonly name: string;
  /** With its references resolved. */
  readonly value: string;
  readonly whole: Range;
  readonly inner: Range;
}

/** What a reader of XML is told, in the order of the text. */
export interface XmlVisitor {
  /** A start tag. `depth` is 0 for the root. */
  readonly open: (name: string, attributes: readonly Attribute[], depth: number, tag: Range) => void;
  /** Characters between tags, with references resolved; CDATA as well. */
  readonly text: (text: string) => void;
  /** An end tag; of an element without content (`<a/>`) the range is empty. */
  readonly close: (depth: number, tag: Range) => void;
}

/** Most that is read of a document; beyond any of these it is refused. */
export const XML_LIMITS = {
  /** Characters of the text: two million, read in about half a second. */
  length: 2 << 20,
  /** Elements inside each other; XMP itself needs about ten. */
  depth: 64,
  /** Attributes of one element. */
  attributes: 4096,
  /** Elements and attributes together. */
  nodes: 50_000,
} as const;

/** What stops the parser: a reason in a few words. */
class Refusal extends Error {}

const refuse = (reason: string): never => {
  throw new Refusal(reason);
};

/**
 * Reads a text as XML 1.0, in one pass and in time linear in its length. There are no entities but the five that XML
 * predefines and numeric references; a document type declaration is refused, and so is what is not well-formed or
 * exceeds `XML_LIMITS`. Namespaces are the visitor's business.
 *
 * @returns what is wrong, in a few words, where the text is refused; the visitor was then told a part of it
 */
export const readXml = (text: string, visitor: XmlVisitor): E.Either<string, void> => {
  if (text.length > XML_LIMITS.length)
    return E.left(`it has more than ${XML_LIMITS.length >> 20} million characters`);
  try {
    const parser = listening(text, visitor);
    parser.write(text).close();
    return E.right(undefined);
  } catch (thrown) {
    if (thrown instanceof Refusal) return E.left(thrown.message);
    throw thrown;
  }
};

const listening = (text: string, visitor: XmlVisitor): SaxesParser => {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let attributes: Attribute[] = [];
  let start = 0;
  let depth = 0;
  let nodes = 0;
  const count = (): void => {
    nodes += 1;
    if (nodes > XML_LIMITS.nodes) refuse(`it has more than ${XML_LIMITS.nodes} elements and attributes`);
  };
  parser.on('error', ({ message }) => refuse(`it is not well-formed (${message})`));
  parser.on('doctype', () => refuse('it declares a document type'));
  parser.on('opentagstart', ({ name }) => {
    if (depth >= XML_LIMITS.depth) refuse(`its elements are nested more than ${XML_LIMITS.depth} deep`);
    count();
    attributes = [];
    // The parser stands behind the character that ended the name.
    start = parser.position - name.length - 2;
  });
  parser.on('attribute', ({ name, value }) => {
    if (attributes.length >= XML_LIMITS.attributes)
      refuse(`an element has more than ${XML_LIMITS.attributes} attributes`);
    count();
    attributes.push(attributeBefore(text, parser.position, name, value));
  });
  parser.on('opentag', ({ name }) => {
    visitor.open(name, attributes, depth, { start, end: parser.position });
    depth += 1;
  });
  parser.on('text', visitor.text);
  parser.on('cdata', visitor.text);
  parser.on('closetag', ({ isSelfClosing }) => {
    depth -= 1;
    const end = parser.position;
    visitor.close(depth, { start: isSelfClosing ? end : text.lastIndexOf('<', end - 1), end });
  });
  return parser;
};

/** Where the attribute that was just read stands: its value has no quotation mark of its own kind in it. */
const attributeBefore = (text: string, end: number, name: string, value: string): Attribute => {
  const quote = text.charAt(end - 1);
  const opening = text.lastIndexOf(quote, end - 2);
  return {
    name,
    value,
    whole: { start: text.lastIndexOf(name, opening - 1), end },
    inner: { start: opening + 1, end: end - 1 },
  };
};

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** A text as it is written between quotation marks or tags. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"'\n\r\t]/g, (each) => escapes[each] ?? each);

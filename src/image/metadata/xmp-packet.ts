import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { concat, fromLatin1, latin1, plain } from '../bytes.js';
import { type Attribute, escapeXml, type Range, readXml } from './xml.js';

/**
 * XMP packets (ISO 16684-1; "XMP Specification, Part 1"): RDF in XML. They are read by an XML parser, in every spelling
 * (attribute or element, one description or several, any prefix), and edited in place: what an edit is not about stays
 * as it was, byte for byte.
 */

/** The namespaces that are read or written here, under the prefixes that most writers use. */
export const NAMESPACES = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  GPano: 'http://ns.google.com/photos/1.0/panorama/',
  xmpNote: 'http://ns.adobe.com/xmp/note/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  xmpMM: 'http://ns.adobe.com/xap/1.0/mm/',
  dcterms: 'http://purl.org/dc/terms/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  aux: 'http://ns.adobe.com/exif/1.0/aux/',
  exifEX: 'http://cipa.jp/exif/1.0/',
  Iptc4xmpCore: 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/',
  Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  crs: 'http://ns.adobe.com/camera-raw-settings/1.0/',
  hdrgm: 'http://ns.adobe.com/hdr-gain-map/1.0/',
  HDRGainMap: 'http://ns.apple.com/HDRGainMap/1.0/',
  Container: 'http://ns.google.com/photos/1.0/container/',
  Item: 'http://ns.google.com/photos/1.0/container/item/',
  GCamera: 'http://ns.google.com/photos/1.0/camera/',
  GDepth: 'http://ns.google.com/photos/1.0/depthmap/',
  GImage: 'http://ns.google.com/photos/1.0/image/',
  'mwg-rs': 'http://www.metadataworkinggroup.com/schemas/regions/',
  'apple-fi': 'http://ns.apple.com/faceinfo/1.0/',
  MP: 'http://ns.microsoft.com/photo/1.2/',
  prismflow: 'https://prismflow.dev/ns/receipt/1.0/',
} as const;

export type Namespace = keyof typeof NAMESPACES;

/** A property of the picture as it stands in its packet. */
export interface Property {
  /** Undefined for one that has no part here but that it is there. */
  readonly namespace: Namespace | undefined;
  /** What its namespace is called in full; empty where its prefix is not declared. */
  readonly uri: string;
  readonly name: string;
  /** Undefined where it is no plain text but a structure or a list. */
  readonly value: string | undefined;
  readonly spelling: 'attribute' | 'element';
  /** What stands before the colon in its name; nothing where there is none. */
  readonly prefix: string;
  /** Whether its own element declares the prefix. */
  readonly declares: boolean;
  /** All of it. */
  readonly whole: Range;
  /** What stands for its value; undefined for an element without content (`<a/>`). */
  readonly inner: Range | undefined;
  /** The description that it belongs to; undefined where there is none around it. */
  readonly node: Node | undefined;
}

/** A description (`rdf:Description`) of the picture. */
export interface Node {
  readonly whole: Range;
  /** How many properties it holds, of any namespace. */
  readonly count: number;
}

/** Where descriptions are added: `rdf:RDF`. */
export interface Rdf {
  readonly tag: Range;
  readonly name: string;
  /** Where its content ends; undefined for one without content. */
  readonly end: number | undefined;
}

/** A packet that was read. */
export interface XmpPacket {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly encode: (text: string) => Uint8Array;
  readonly properties: readonly Property[];
  readonly rdf: Rdf | undefined;
}

/** A change of a packet: the range is replaced by a text, of ASCII only. */
export interface Edit extends Range {
  readonly text: string;
}

/**
 * Reads a packet. What follows its last tag (padding, zeros) is no part of it. A prefix that is not declared stands for
 * the namespace that it usually has. Left: what is wrong with it, in a few words.
 */
export const openXmp = (bytes: Uint8Array): E.Either<string, XmpPacket> => {
  const { text, encode } = decoded(bytes);
  const builder = building();
  return pipe(
    readXml(text.slice(0, text.lastIndexOf('>') + 1), builder),
    E.map(() => ({ bytes, text, encode, ...builder.built() })),
  );
};

interface Decoded {
  readonly text: string;
  readonly encode: (text: string) => Uint8Array;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A packet is in UTF-8 as a rule, or in UTF-16; bytes that are neither are kept as they are, one character each. */
const decoded = (bytes: Uint8Array): Decoded => {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return utf16(bytes);
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) {
    const { text, encode } = utf16(swapped(bytes));
    return { text, encode: (edited) => swapped(encode(edited)) };
  }
  try {
    return { text: utf8.decode(bytes), encode: (text) => plain(Buffer.from(text, 'utf8')) };
  } catch {
    return { text: latin1(bytes), encode: fromLatin1 };
  }
};

const utf16 = (bytes: Uint8Array): Decoded => {
  const whole = bytes.length & ~1;
  return {
    text: Buffer.from(bytes.subarray(0, whole)).toString('utf16le'),
    encode: (text) => concat([Buffer.from(text, 'utf16le'), bytes.subarray(whole)]),
  };
};

const swapped = (bytes: Uint8Array): Uint8Array => {
  const whole = bytes.length & ~1;
  return concat([Buffer.from(bytes.subarray(0, whole)).swap16(), bytes.subarray(whole)]);
};

/** The namespaces that an element declares, and those around it: as deep as elements are. */
interface Scope {
  readonly own: ReadonlyMap<string, string>;
  readonly around: Scope | undefined;
}

const usual: Scope = { own: new Map(Object.entries(NAMESPACES)), around: undefined };

const known: ReadonlyMap<string, Namespace> = new Map(
  Object.entries(NAMESPACES).map(([name, uri]) => [uri, name as Namespace]),
);

const uriOf = (scope: Scope | undefined, prefix: string): string | undefined =>
  scope === undefined ? undefined : (scope.own.get(prefix) ?? uriOf(scope.around, prefix));

/** A scope with the declarations of an element's attributes. */
const scopeIn = (around: Scope, attributes: readonly Attribute[]): Scope => {
  const declared = attributes.filter(({ name }) => isDeclaration(name));
  return declared.length === 0
    ? around
    : { own: new Map(declared.map(({ name, value }) => [name.slice('xmlns:'.length), value])), around };
};

const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');

interface Name {
  readonly prefix: string;
  readonly local: string;
  readonly namespace: Namespace | undefined;
  readonly uri: string;
}

const nameIn = (scope: Scope, qualified: string): Name => {
  const colon = qualified.indexOf(':');
  const prefix = qualified.slice(0, Math.max(0, colon));
  const uri = uriOf(scope, prefix) ?? '';
  return { prefix, local: qualified.slice(colon + 1), namespace: known.get(uri), uri };
};

type Mutable<A> = { -readonly [K in keyof A]: A[K] };

/** What an open element is: the list of descriptions, a description, a property of one, or anything else. */
interface Open {
  readonly kind: 'rdf' | 'node' | 'property' | 'other';
  readonly scope: Scope;
  readonly tag: Range;
  readonly node: Mutable<Node> | undefined;
  readonly property: Mutable<Property> | undefined;
  /** Its text; undefined once it has elements in it. */
  parts: string[] | undefined;
}

const kindOf = (around: Open | undefined, { namespace, local }: Name): Open['kind'] => {
  const isOutside = around?.node === undefined;
  if (namespace === 'rdf' && local === 'RDF' && isOutside) return 'rdf';
  if (around?.kind === 'rdf') return 'node';
  if (namespace === 'rdf' && local === 'Description' && isOutside) return 'node';
  const isLone = around === undefined && namespace !== undefined;
  return around?.kind === 'node' || isLone ? 'property' : 'other';
};

/** What a description says by attributes, its own syntax aside. */
const statedBy = (attributes: readonly Attribute[], scope: Scope): readonly (Attribute & Name)[] =>
  attributes
    .filter(({ name }) => name.includes(':') && !isDeclaration(name) && !name.startsWith('xml:'))
    .map((each) => ({ ...each, ...nameIn(scope, each.name) }))
    .filter(({ namespace }) => namespace !== 'rdf');

const attributeProperties = (
  stated: readonly (Attribute & Name)[],
  node: Node | undefined,
): readonly Mutable<Property>[] =>
  stated.map(({ namespace, uri, local: name, prefix, value, whole, inner }) => ({
    namespace,
    uri,
    name,
    value,
    prefix,
    spelling: 'attribute' as const,
    declares: false,
    whole,
    inner,
    node,
  }));

/** Builds the properties of the picture while its packet is read. */
const building = () => {
  const properties: Mutable<Property>[] = [];
  const stack: Open[] = [];
  let rdf: Mutable<Rdf> | undefined;

  const open = (qualified: string, attributes: readonly Attribute[], depth: number, tag: Range): void => {
    const around = stack[depth - 1];
    const scope = scopeIn(around?.scope ?? usual, attributes);
    const name = nameIn(scope, qualified);
    const kind = kindOf(around, name);
    if (around !== undefined) around.parts = undefined;
    if (kind === 'rdf') rdf ??= { tag, name: qualified, end: undefined };
    // What the root says is no XMP, and yet its meaning is plain.
    const stated = kind === 'node' || around === undefined ? statedBy(attributes, scope) : [];
    const node = kind === 'node' ? { whole: tag, count: stated.length } : around?.node;
    properties.push(...attributeProperties(stated, node));
    if (node !== undefined && kind === 'property') node.count += 1;
    const { namespace, uri, local, prefix } = name;
    const property: Mutable<Property> | undefined =
      kind !== 'property'
        ? undefined
        : {
            ...{ namespace, uri, name: local, value: undefined, prefix, spelling: 'element', node },
            ...{ whole: tag, inner: undefined },
            declares: attributes.some((each) => each.name === (prefix === '' ? 'xmlns' : `xmlns:${prefix}`)),
          };
    if (property !== undefined) properties.push(property);
    stack.push({ kind, scope, tag, node, property, parts: property === undefined ? undefined : [] });
  };

  const text = (part: string): void => {
    stack.at(-1)?.parts?.push(part);
  };

  const close = (_: number, tag: Range): void => {
    const closed = stack.pop();
    if (closed === undefined) return;
    const { kind, node, property, parts } = closed;
    const isEmpty = tag.start === tag.end;
    const whole = { start: closed.tag.start, end: tag.end };
    if (kind === 'node' && node !== undefined) node.whole = whole;
    if (kind === 'rdf' && rdf?.tag === closed.tag) rdf.end = isEmpty ? undefined : tag.start;
    if (property === undefined) return;
    property.whole = whole;
    property.value = parts?.join('');
    property.inner = isEmpty ? undefined : { start: closed.tag.end, end: tag.start };
  };

  const built = (): Pick<XmpPacket, 'properties' | 'rdf'> => ({ properties, rdf });
  return { open, text, close, built };
};

/** The properties of that name: one, unless the packet repeats itself. */
export const propertiesOf = (
  { properties }: XmpPacket,
  namespace: Namespace,
  name: string,
): readonly Property[] => properties.filter((each) => each.namespace === namespace && each.name === name);

/** The value of the first property of that name that is plain text, without white space around it. */
export const plainTextOf = (packet: XmpPacket, namespace: Namespace, name: string): string | undefined =>
  propertiesOf(packet, namespace, name)
    .find(({ value }) => value !== undefined)
    ?.value?.trim();

/** Gives a property another value, in the spelling that it has. */
export const setTo =
  (value: string | number) =>
  ({ whole, inner, spelling, prefix, name }: Property): Edit => {
    const text = escapeXml(`${value}`);
    if (inner !== undefined) return { ...inner, text };
    const qualified = prefix === '' ? name : `${prefix}:${name}`;
    return spelling === 'attribute'
      ? { ...whole, text }
      : // `<a/>`: what stood before its slash is not known to be without meaning, and is kept by closing it anew.
        { start: whole.end - 2, end: whole.end, text: `>${text}</${qualified}>` };
  };

/** Takes a property away; an attribute with the white space before it. */
export const removed =
  ({ text }: XmpPacket) =>
  ({ whole, spelling }: Property): Edit => {
    const before = spelling === 'attribute' ? text.slice(0, whole.start).trimEnd().length : whole.start;
    return { start: before, end: whole.end, text: '' };
  };

/** Takes properties away, and descriptions that hold nothing else. */
export const takenAway = (packet: XmpPacket, isGone: (property: Property) => boolean): readonly Edit[] => {
  const gone = packet.properties.filter(isGone);
  const counts = new Map<Node, number>();
  for (const { node } of gone) if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + 1);
  const isEmptied = (node: Node | undefined): boolean =>
    node !== undefined && counts.get(node) === node.count;
  return [
    ...[...counts.keys()].filter(isEmptied).map(({ whole }) => ({ ...whole, text: '' })),
    ...gone.filter(({ node }) => !isEmptied(node)).map(removed(packet)),
  ];
};

/** Adds a property of the same namespace, behind another one and in its spelling. */
export const addedBehind =
  ({ whole, spelling, prefix, declares, uri }: Property) =>
  (name: string, value: string | number): Edit => {
    const qualified = prefix === '' ? name : `${prefix}:${name}`;
    const declaration = declares ? ` xmlns${prefix === '' ? '' : `:${prefix}`}="${uri}"` : '';
    const text =
      spelling === 'attribute'
        ? ` ${qualified}="${escapeXml(`${value}`)}"`
        : `<${qualified}${declaration}>${escapeXml(`${value}`)}</${qualified}>`;
    return { start: whole.end, end: whole.end, text };
  };

/** The packet's bytes after edits, which do not overlap; those at one place keep their order. */
export const edited = ({ bytes, text, encode }: XmpPacket, edits: readonly Edit[]): Uint8Array => {
  if (edits.length === 0) return bytes;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: put } of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, start), put);
    at = end;
  }
  return encode([...parts, text.slice(at)].join(''));
};

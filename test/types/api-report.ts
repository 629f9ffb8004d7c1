import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from '@babel/parser';

/** What a built module exports, with its types, as text: what changes in it is a change of the public API. */

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const nodesIn = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];

/** Something that a module takes from another; no name where it takes all of it. */
interface Taken {
  readonly from: string;
  readonly name?: string;
}

/** A module's declarations by name, and where its other names come from. */
interface Module {
  readonly file: string;
  readonly text: string;
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  readonly declarations: ReadonlyMap<string, readonly Node[]>;
  readonly imports: ReadonlyMap<string, Taken>;
  /** Exported names, by what they are called within the module, or where they come from. */
  readonly exports: ReadonlyMap<string, string | Taken>;
  /** Modules of which all names are exported. */
  readonly stars: readonly string[];
}

const nameOf = (node: unknown): string => {
  if (!isNode(node)) return '';
  return String(node.type === 'StringLiteral' ? node.value : node.name);
};

const isOurs = (from: string): boolean => from.startsWith('.');

const placed = ({ start, end }: { readonly start?: number; readonly end?: number }) => ({
  start: start ?? 0,
  end: end ?? 0,
});

/** Names that a statement declares, each with its node. */
const declaredBy = (statement: Node): readonly (readonly [string, Node])[] =>
  statement.type === 'VariableDeclaration'
    ? nodesIn(statement.declarations).map((each) => [nameOf(each.id), each])
    : statement.id === undefined
      ? []
      : [[nameOf(statement.id), statement]];

const readModule = (file: string): Module => {
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parse(text, {
    sourceType: 'module',
    plugins: [['typescript', { dts: true }]],
  });
  const declarations = new Map<string, readonly Node[]>();
  const imports = new Map<string, Taken>();
  const exports = new Map<string, string | Taken>();
  const stars: string[] = [];
  for (const statement of program.body as unknown as readonly Node[]) {
    const from = isNode(statement.source) ? String(statement.source.value) : undefined;
    const specifiers = nodesIn(statement.specifiers);
    const declaration = isNode(statement.declaration) ? statement.declaration : statement;
    if (statement.type === 'ImportDeclaration')
      for (const { type, local, imported } of specifiers)
        imports.set(nameOf(local), {
          from: from!,
          ...(type === 'ImportSpecifier' ? { name: nameOf(imported) } : {}),
        });
    else if (statement.type === 'ExportAllDeclaration') stars.push(from!);
    else {
      for (const { type, local, exported } of specifiers)
        exports.set(
          nameOf(exported),
          from === undefined
            ? nameOf(local)
            : { from, ...(type === 'ExportSpecifier' ? { name: nameOf(local) } : {}) },
        );
      for (const [name, node] of declaredBy(declaration)) {
        declarations.set(name, [...(declarations.get(name) ?? []), node]);
        if (statement.type === 'ExportNamedDeclaration') exports.set(name, name);
      }
    }
  }
  return { file, text, comments: (comments ?? []).map(placed), declarations, imports, exports, stars };
};

/** A declaration of ours; what another package has; all that a module exports. */
type Found =
  | { readonly kind: 'declared'; readonly module: Module; readonly name: string }
  | { readonly kind: 'foreign'; readonly text: string }
  | { readonly kind: 'namespace'; readonly module: Module };

const createReader = () => {
  const known = new Map<string, Module>();
  const at = (file: string): Module => {
    const module = known.get(file) ?? readModule(file);
    known.set(file, module);
    return module;
  };
  const beside = ({ file }: Module, from: string): Module =>
    at(resolve(dirname(file), from).replace(/\.([cm]?)js$/, '.d.$1ts'));

  const taken = (module: Module, { from, name }: Taken): Found | undefined => {
    if (!isOurs(from)) return { kind: 'foreign', text: `${name ?? '*'} of ${from}` };
    const other = beside(module, from);
    return name === undefined ? { kind: 'namespace', module: other } : exportedBy(other).get(name);
  };

  /** What a name means within a module. */
  const meaning = (module: Module, name: string): Found | undefined => {
    if (module.declarations.has(name)) return { kind: 'declared', module, name };
    const source = module.imports.get(name);
    return source && taken(module, source);
  };

  const exportedBy = (module: Module): ReadonlyMap<string, Found> => {
    const all = new Map<string, Found>();
    for (const from of module.stars)
      if (isOurs(from)) for (const [name, found] of exportedBy(beside(module, from))) all.set(name, found);
      else all.set(`* of ${from}`, { kind: 'foreign', text: `* of ${from}` });
    for (const [name, source] of module.exports) {
      const found = typeof source === 'string' ? meaning(module, source) : taken(module, source);
      if (found === undefined) throw new Error(`${module.file} exports ${name}, which is nowhere declared.`);
      all.set(name, found);
    }
    return all;
  };

  return { at, beside, meaning, exportedBy };
};

type Reader = ReturnType<typeof createReader>;

/** What a node refers to: names, and types of other modules that were worked out by the compiler. */
function* referencesIn(node: unknown): Generator<string | Required<Taken>> {
  if (Array.isArray(node)) for (const each of node) yield* referencesIn(each);
  if (!isNode(node)) return;
  if (node.type === 'TSImportType') {
    const { argument, qualifier } = node;
    const path = isNode(argument)
      ? String((isNode(argument.literal) ? argument.literal : argument).value)
      : '';
    if (isOurs(path) && qualifier !== undefined && qualifier !== null)
      yield {
        from: path,
        name: nameOf(isNode(qualifier) && isNode(qualifier.left) ? qualifier.left : qualifier),
      };
    yield* referencesIn(node.typeParameters ?? node.typeArguments);
    return;
  }
  // The name of a parameter refers to nothing, that of a property neither.
  if (node.type === 'Identifier' && node.typeAnnotation === undefined) yield nameOf(node);
  for (const [key, child] of Object.entries(node))
    if (key !== 'loc' && (key !== 'key' || node.computed === true)) yield* referencesIn(child);
}

/** A declaration without comments, and without the paths of modules, which may move. */
const textOf = ({ text, comments }: Module, { start, end }: Node): string =>
  comments
    .filter((comment) => comment.start >= start && comment.end <= end)
    .toReversed()
    .reduce(
      (left, comment) => left.slice(0, comment.start - start) + left.slice(comment.end - start),
      text.slice(start, end),
    )
    .replace(/import\("\.[^"]*"\)\./g, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n');

interface Entry {
  readonly name: string;
  readonly text: string;
}

const sorted = (entries: readonly Entry[]): readonly string[] =>
  entries
    .map(({ name, text }) => `${name}\n${text.replace(/^/gm, '  ')}`)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** The names that a module exports, those of a namespace after its own, each with what it is. */
const publicNames = (reader: Reader, module: Module, before = ''): readonly (readonly [string, Found])[] =>
  [...reader.exportedBy(module)].flatMap(([name, found]) =>
    found.kind === 'namespace'
      ? publicNames(reader, found.module, `${before}${name}.`)
      : [[`${before}${name}`, found] as const],
  );

/** All that a built module exports, and below it what that is made of. */
export const apiReport = (declarations: string): string => {
  const reader = createReader();
  const seen = new Set<string>();
  const keyOf = (module: Module, name: string): string => `${module.file} ${name}`;
  const names = publicNames(reader, reader.at(declarations));
  const waiting: (readonly [Module, string])[] = [];
  const declared = (module: Module, name: string): string => {
    const nodes = module.declarations.get(name) ?? [];
    for (const reference of nodes.flatMap((node) => [...referencesIn(node)])) {
      const found =
        typeof reference === 'string'
          ? reader.meaning(module, reference)
          : reader.exportedBy(reader.beside(module, reference.from)).get(reference.name);
      if (found?.kind === 'declared') waiting.push([found.module, found.name]);
    }
    return nodes.map((node) => textOf(module, node)).join('\n');
  };
  for (const [, found] of names) if (found.kind === 'declared') seen.add(keyOf(found.module, found.name));
  const exported = names.map(([name, found]): Entry => {
    if (found.kind === 'declared') return { name, text: declared(found.module, found.name) };
    return { name, text: found.kind === 'foreign' ? found.text : '' };
  });
  const parts: Entry[] = [];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [module, name] = next;
    if (seen.has(keyOf(module, name))) continue;
    seen.add(keyOf(module, name));
    // A table of values, such as that of all codes, of which a type takes the keys.
    if (module.declarations.get(name)?.some(({ type }) => type === 'VariableDeclarator')) continue;
    parts.push({ name, text: declared(module, name) });
  }
  return ['Exported', '', ...sorted(exported), '', 'What these are made of', '', ...sorted(parts), ''].join(
    '\n',
  );
};

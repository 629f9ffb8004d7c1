import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { writtenExtension } from '../../image/names.js';
import { renderTemplate, type Template } from '../../operator/params/index.js';
import type { ItemKey } from '../../ports/index.js';

/** Extensions that mean the same format: a file keeps its own among them. */
const alike = [
  ['jpg', 'jpeg', 'jpe', 'jfif'],
  ['tif', 'tiff'],
];

const isPicture = /\.(jpe?g|png|webp|avif|tiff?|gif)$/i;

/** A template without places names a folder, unless it ends like a picture's file. */
const completed = (template: Template): Template =>
  template.every((part) => typeof part === 'string') && !isPicture.test(template.join(''))
    ? [...template, '/', { field: 'path' }]
    : template;

/** The folder that all results go to: the template up to the last slash before its first place. */
export const folderOf = (template: Template): string => {
  const parts = completed(template);
  const places = parts.findIndex((part) => typeof part !== 'string');
  const fixed = parts.slice(0, places === -1 ? parts.length : places).join('');
  return resolve(fixed.slice(0, Math.max(fixed.lastIndexOf('/'), fixed.lastIndexOf(sep)) + 1) || '/');
};

/** The file that an item's result goes to. */
export const fileOf = (
  template: Template,
  { path, index }: ItemKey,
  extension: string | undefined,
): E.Either<Diagnostics, string> => {
  const own = extname(path).slice(1);
  const wanted = extension ?? writtenExtension(own);
  const ext = wanted === undefined || isAlike(own, wanted) ? own : wanted;
  const stem = own === '' ? path : path.slice(0, -own.length - 1);
  const suffix = ext === '' ? '' : `.${ext}`;
  const name = stem.slice(stem.lastIndexOf('/') + 1);
  const rendered = resolve(
    renderTemplate(completed(template), {
      path: `${stem}${suffix}`,
      folder: stem.includes('/') ? stem.slice(0, stem.lastIndexOf('/')) : '.',
      name,
      ext,
      sourceExt: own,
      index: String(index),
    }),
  );
  const folder = folderOf(template);
  const way = relative(folder, rendered);
  return way === '' || way.startsWith(`..${sep}`) || way === '..' || isAbsolute(way)
    ? E.left([
        failure('file/outside', `The result of ${path} would be written to ${rendered}, outside ${folder}.`),
      ])
    : E.right(rendered);
};

const isAlike = (a: string, b: string): boolean =>
  a.toLowerCase() === b || alike.some((group) => group.includes(a.toLowerCase()) && group.includes(b));

/**
 * True when no two items can get the same file: the only place is their number. (Paths can become alike: results of a.heic and
 * a.jpg are both a.jpg. Two places can run into each other: 1 and 1a, 11 and a.)
 */
export const isDistinct = (template: Template): boolean => {
  const [place, other] = completed(template).filter((part) => typeof part !== 'string');
  if (place === undefined || other !== undefined) return false;
  return place.field === 'index';
};

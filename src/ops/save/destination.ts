import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import {
  isObjectUrl,
  keyFault,
  pathOfPlace,
  placeOfPath,
  readObjectUrl,
  shownPath,
} from '../../disk/objects/address.js';
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

/** The part of a template before its first place. */
const fixedOf = (template: Template): string => {
  const places = template.findIndex((part) => typeof part !== 'string');
  return template.slice(0, places === -1 ? template.length : places).join('');
};

/** What stands for objects in a template as a path of this machine: see `pathOfPlace`. */
const placed = (template: Template): Template => {
  const whole = completed(template);
  const fixed = fixedOf(whole);
  if (!isObjectUrl(fixed)) return whole;
  const top = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  const place = readObjectUrl(top);
  // What cannot be read was refused with the parameters.
  const path = E.isRight(place) ? pathOfPlace(place.right) : sep;
  const places = whole.findIndex((part) => typeof part !== 'string');
  return [`${path}/${fixed.slice(top.length)}`, ...(places === -1 ? [] : whole.slice(places))];
};

/** What is wrong with a template that begins as an address of objects, in words that follow "`save`"; undefined where nothing is. */
export const objectFault = (template: Template): string | undefined => {
  const fixed = fixedOf(completed(template));
  if (!isObjectUrl(fixed)) return undefined;
  const place = readObjectUrl(fixed.slice(0, fixed.lastIndexOf('/') + 1));
  return E.isLeft(place)
    ? `has a place that cannot be read: ${place.left[0].message.replace(/\.$/, '')}`
    : undefined;
};

/** The folder that all results go to: the template up to the last slash before its first place. */
export const folderOf = (template: Template): string => {
  const fixed = fixedOf(placed(template));
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
    renderTemplate(placed(template), {
      path: `${stem}${suffix}`,
      folder: stem.includes('/') ? stem.slice(0, stem.lastIndexOf('/')) : '.',
      name,
      ext,
      sourceExt: own,
      index: String(index),
    }),
  );
  const folder = folderOf(template);
  const object = placeOfPath(rendered);
  const fault = object === undefined ? undefined : keyFault(object.key);
  if (fault !== undefined)
    return E.left([failure('s3/address', `The result of ${path} would be an object with ${fault}.`)]);
  const way = relative(folder, rendered);
  return way === '' || way.startsWith(`..${sep}`) || way === '..' || isAbsolute(way)
    ? E.left([
        failure(
          'file/outside',
          `The result of ${path} would be written to ${shownPath(rendered)}, outside ${shownPath(folder)}.`,
        ),
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

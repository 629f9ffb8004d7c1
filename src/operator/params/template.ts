import * as E from 'fp-ts/lib/Either.js';
import { didYouMean } from '../../diagnostics/index.js';
import { paramType, refuse, show } from './param-type.js';

/** A text with places that are filled in per item, in order. Written, a brace that is none is doubled. */
export type Template = readonly (string | { readonly field: TemplateField })[];

/**
 * `path`: the item's path below the source's folder, with the extension of the result; `folder`: the folder that it is in
 * there, `.` for that itself; `name`: its last part without the extension; `ext`: the result's extension without the dot;
 * `sourceExt`: the source's own; `index`: its position in the source, from 0.
 */
export type TemplateField = 'path' | 'folder' | 'name' | 'ext' | 'sourceExt' | 'index';

const fields: readonly TemplateField[] = ['path', 'folder', 'name', 'ext', 'sourceExt', 'index'];

const isField = (name: string): name is TemplateField => fields.some((field) => field === name);

/**
 * Where results go, such as `edited/{path}`. The text itself cannot climb out of its folder: a part that is `..` is
 * refused, and a folder elsewhere is named by a parameter of type `path`.
 */
export const template = paramType<Template, string>(
  'a path with {path}, {folder}, {name}, {ext}, {sourceExt} or {index} in it',
  { kind: 'template' },
  (value, context) => {
    if (typeof value !== 'string' || value.length === 0)
      return refuse(context, 'value/type', `must be a path such as "edited/{path}", not ${show(value)}`);
    if (value.split(/[/\\]/).includes('..'))
      return refuse(context, 'value/invalid', 'climbs out of its folder with `..`', {
        hint: 'Name the folder by a parameter of type path (`to: "$output/{path}"`): that one may be anywhere.',
      });
    const parts = value.split(/(\{\{|\}\}|\{[^{}]*\})/).filter((part) => part !== '');
    const stranger = parts.find((part) => isPlace(part) && !isField(part.slice(1, -1)));
    if (stranger !== undefined)
      return refuse(context, 'value/invalid', `has ${stranger} in it, which nothing fills in`, {
        hint: didYouMean(stranger.slice(1, -1), fields),
      });
    return E.right(
      parts.map((part) => {
        const name = part.slice(1, -1);
        if (isPlace(part) && isField(name)) return { field: name };
        return part === '{{' || part === '}}' ? part.slice(1) : part;
      }),
    );
  },
  (parts) =>
    parts.map((part) => (typeof part === 'string' ? escapeBraces(part) : `{${part.field}}`)).join(''),
);

const isPlace = (part: string): boolean => part.startsWith('{') && part !== '{{';

/** A text that stands for itself in a template. */
export const escapeBraces = (text: string): string => text.replaceAll(/[{}]/g, '$&$&');

/** The text with every place filled in. */
export const renderTemplate = (parts: Template, values: Readonly<Record<TemplateField, string>>): string =>
  parts.map((part) => (typeof part === 'string' ? part : values[part.field])).join('');

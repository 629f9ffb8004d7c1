export type { Size } from '../../ports/index.js';
export { anyOf, type Colour, colour, type Interval, interval, listOf, size } from './compounds.js';
export { describe, describePresence } from './describe.js';
export { type JsonSchema, jsonSchema } from './json-schema.js';
export {
  type AnyParamType,
  type ParamError,
  type ParamType,
  paramErrors,
  paramType,
  pathOf,
  refine,
  show,
} from './param-type.js';
export { isLiteralOf, type PathUse, pathsOf } from './paths.js';
export { patterns } from './patterns.js';
export {
  type AnyRecordType,
  type CheckedParams,
  type CheckedRecordType,
  type Decoded,
  defaulted,
  type Field,
  type Fields,
  type MainValue,
  optional,
  type RecordType,
  record,
  required,
  type Written,
} from './record.js';
export {
  anything,
  boolean,
  integer,
  type NamedStream,
  number,
  oneOf,
  path,
  streamName,
  text,
} from './scalars.js';
export type { FieldShape, PathRole, RecordShape, Shape } from './shape.js';
export { type Tagged, tagged, type WrittenTag } from './tagged.js';
export { escapeBraces, renderTemplate, type Template, type TemplateField, template } from './template.js';

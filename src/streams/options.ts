import { DiagnosticError, failure } from '../diagnostics/index.js';

/**
 * An option that counts something: a whole number, or Infinity, from `least` up.
 *
 * @throws DiagnosticError with `run/invalid-option`, while the stream is put together
 */
export const atLeast = (least: number, name: string, value: number): number => {
  if (value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) return value;
  throw new DiagnosticError([
    failure('run/invalid-option', `${name} is ${value}; it must be a whole number, ${least} or more.`),
  ]);
};

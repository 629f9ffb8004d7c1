import type { Json, ParameterSchema } from '../api/types.js';

/** What control a parameter gets, by its JSON Schema. */
export type Dial =
  | {
      readonly kind: 'number';
      readonly least: number | undefined;
      readonly most: number | undefined;
      readonly step: number;
      readonly digits: number;
    }
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly choices: readonly Json[] }
  | { readonly kind: 'text' };

/** Steps of a range: about a hundred, each a round number. */
const stepOf = (least: number, most: number): number => {
  const exact = (most - least) / 100;
  return exact > 0 ? 10 ** Math.floor(Math.log10(exact) + 1e-9) : 1;
};

const digitsOf = (step: number): number => Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));

export const dialOf = ({ type, enum: choices, minimum, maximum }: ParameterSchema): Dial => {
  if (choices !== undefined) return { kind: 'choice', choices };
  if (type === 'boolean') return { kind: 'switch' };
  if (type === 'string') return { kind: 'text' };
  const isRange = minimum !== undefined && maximum !== undefined;
  const step = isRange ? stepOf(minimum, maximum) : 0.01;
  const own = type === 'integer' ? Math.max(1, Math.round(step)) : step;
  return { kind: 'number', least: minimum, most: maximum, step: own, digits: digitsOf(own) };
};

/** What was typed, as a number that the dial takes; undefined while it is none. */
export const typedNumber = (text: string, dial: Extract<Dial, { kind: 'number' }>): number | undefined => {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value)) return undefined;
  const whole = dial.digits === 0 ? Math.round(value) : value;
  return Math.min(dial.most ?? whole, Math.max(dial.least ?? whole, whole));
};

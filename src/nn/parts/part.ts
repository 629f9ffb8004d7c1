import {
  type CheckedParams,
  type CheckedRecordType,
  type Decoded,
  defaulted,
  type Fields,
  number,
  optional,
  type RecordType,
  record,
  required,
  type Shape,
} from '../../operator/params/index.js';
import type { AnyPart, PartKind } from '../../operator/part.js';
import type { PictureLoss } from '../losses/picture-loss.js';
import type { Discriminator, Network } from '../network.js';
import type { Optimiser } from '../optimisers/optimiser.js';
import type { Cycles } from '../schedules/schedule.js';

/** What all parts have in common: their parameters are read by a codec before a function of theirs sees them. */
interface Common<K extends PartKind> extends AnyPart {
  readonly part: K;
  readonly params: CheckedRecordType;
}

/** A network that makes pictures, which `gan.step` can be told to train and `ensemble.average` to apply. */
export interface GeneratorPart extends Common<'generator'> {
  readonly network: (params: CheckedParams) => Network;
}

/** A network that tells made pictures from photos. */
export interface DiscriminatorPart extends Common<'discriminator'> {
  readonly network: (params: CheckedParams) => Discriminator;
}

/**
 * What a result is compared with: `content` is the target of a pair, and the photo itself where photos are unpaired; `photo` is what
 * went in; `look` is the target of a pair, or photos that have the look.
 */
export type Against = 'content' | 'photo' | 'look';

/** A term of the loss. */
export interface LossPart extends Common<'loss'> {
  readonly against: Against;
  readonly loss: (params: CheckedParams) => PictureLoss;
  readonly weightOf: (params: CheckedParams) => number;
}

/** How gradients change weights. */
export interface OptimiserPart extends Common<'optimiser'> {
  readonly optimiser: (params: CheckedParams) => Optimiser;
}

/** How the learning rate goes. */
export interface SchedulePart extends Common<'schedule'> {
  readonly schedule: (params: CheckedParams) => Cycles;
}

/** A part that a plugin may define. */
export type Part = GeneratorPart | DiscriminatorPart | LossPart | OptimiserPart | SchedulePart;

/** A part of a kind. */
export type PartOf<K extends PartKind> = Extract<Part, { readonly part: K }>;

/** What every part is defined by. */
interface Definition<F extends Fields> {
  /** As it stands in YAML: a letter in lower case, then letters, digits and hyphens. */
  readonly name: string;
  /** One line for `pipe ops`, without a full stop; name the paper, if there is one. */
  readonly about: string;
  /** Parameters with their ranges, made by `param`. Default: none. */
  readonly params?: F;
}

/** @throws TypeError for a name that cannot stand in YAML, or that is taken */
const soundName = (name: string): string => {
  if (!/^[a-z][A-Za-z0-9-]*$/.test(name) || name === 'plugin')
    throw new TypeError(
      `A part cannot be called "${name}": a letter in lower case, then letters, digits and hyphens.`,
    );
  return name;
};

/**
 * This is where the types of a part's parameters end: its codec reads them, and its functions take what that has read. The cast says
 * no more than that.
 */
const erased = <P, W, R>(params: RecordType<P, W>, made: (params: P) => R) =>
  ({ params, made }) as unknown as {
    readonly params: CheckedRecordType;
    readonly made: (params: CheckedParams) => R;
  };

const isPlain = ({ kind }: Shape): boolean => ['number', 'integer', 'boolean'].includes(kind);

/**
 * Defines a generator.
 *
 * @param definition `network` gives it for its parameters, which are numbers and booleans: they are written into `model.json`. It makes
 * pictures [N,H,W,3] in -1..1 of any size out of such pictures; `sides` says which sizes it can do, and `atAnySize` fills up others
 * @throws TypeError for a name that cannot stand in YAML, and for parameters of other kinds
 * @example
 * export const gain = defineGenerator({
 *   name: 'gain',
 *   about: 'A factor for each channel',
 *   network: () => ({
 *     parameters: { factor: { shape: [3], start: { constant: 1 } } },
 *     apply: (p, x) => tf.mul(x, parameter(p, 'factor')),
 *   }),
 * });
 */
export const defineGenerator = <const F extends Fields = Record<never, never>>({
  name,
  about,
  params,
  network,
}: Definition<F> & { readonly network: (params: Decoded<F>) => Network }): GeneratorPart => {
  const other = Object.entries(params ?? {}).find(([, { type }]) => !isPlain(type.shape));
  if (other !== undefined)
    throw new TypeError(`The parameter ${other[0]} of the generator ${name} must be a number or a boolean.`);
  const { params: read, made } = erased(record((params ?? {}) as F), network);
  return { part: 'generator', name: soundName(name), about, params: read, network: made };
};

/**
 * Defines a discriminator: it gives maps of logits [N,h,w,1] of pictures [N,H,W,3] in -1..1, higher where it takes a picture for real.
 *
 * @throws TypeError for a name that cannot stand in YAML
 */
export const defineDiscriminator = <const F extends Fields = Record<never, never>>({
  name,
  about,
  params,
  network,
}: Definition<F> & { readonly network: (params: Decoded<F>) => Discriminator }): DiscriminatorPart => {
  const { params: read, made } = erased(record((params ?? {}) as F), network);
  return { part: 'discriminator', name: soundName(name), about, params: read, network: made };
};

/**
 * Defines a term of the loss: `mine: 0.5` among the `losses` lets it count so much, `mine: { weight: 0.5, … }` with parameters of its own.
 *
 * @param definition `loss` compares a result with the pictures that `against` says, both [N,H,W,3] in -1..1, and gives a scalar to be made
 * small. Default of `against`: `content`
 * @throws TypeError for a name that cannot stand in YAML, and for a parameter called `weight`
 */
export const defineLoss = <const F extends Fields = Record<never, never>>({
  name,
  about,
  params,
  against = 'content',
  loss,
}: Definition<F> & {
  readonly against?: Against;
  readonly loss: (params: Decoded<F>) => PictureLoss;
}): LossPart => {
  if (params !== undefined && 'weight' in params)
    throw new TypeError(`The loss ${name} has a parameter \`weight\` already: how much it counts.`);
  const fields = { weight: required(number({ min: 0 }), 'How much it counts'), ...((params ?? {}) as F) };
  const type = record(fields, 'weight');
  const { params: read, made } = erased(type, (all) => ({
    // The weight stands beside its own parameters.
    loss: loss(all as unknown as Decoded<F>),
    weight: (all as { readonly weight: number }).weight,
  }));
  return {
    part: 'loss',
    name: soundName(name),
    about,
    params: read,
    against,
    loss: (given) => made(given).loss,
    weightOf: (given) => made(given).weight,
  };
};

const rate = number({ min: 0, max: 1 });

/** What every optimiser is told, its own parameters beside it. */
export interface Rates {
  /** The largest learning rate. */
  readonly rate: number;
  /** That of discriminators, if it is another. */
  readonly discriminatorRate: number | undefined;
}

/**
 * Defines an optimiser. Its parameters `rate` and `discriminatorRate` are there by themselves.
 *
 * @param definition `rate` is the default of the largest learning rate, 0..1; `optimiser` gives it for its own parameters
 * @throws TypeError for a name that cannot stand in YAML
 */
export const defineOptimiser = <const F extends Fields = Record<never, never>>({
  name,
  about,
  rate: usual,
  params,
  optimiser,
}: Definition<F> & {
  readonly rate: number;
  readonly optimiser: (params: Decoded<F>) => Optimiser;
}): OptimiserPart => {
  const fields = {
    ...((params ?? {}) as F),
    rate: defaulted(rate, usual, 'Largest learning rate'),
    discriminatorRate: optional(rate, 'That of the discriminator, if it is another'),
  };
  // The rates stand beside its own parameters.
  const { params: read, made } = erased(record(fields), (all) => optimiser(all as unknown as Decoded<F>));
  return { part: 'optimiser', name: soundName(name), about, params: read, optimiser: made };
};

/**
 * Defines a schedule: cycles of so many steps each, and what the full rate is multiplied by at each step of one.
 *
 * @throws TypeError for a name that cannot stand in YAML
 */
export const defineSchedule = <const F extends Fields = Record<never, never>>({
  name,
  about,
  params,
  schedule,
}: Definition<F> & { readonly schedule: (params: Decoded<F>) => Cycles }): SchedulePart => {
  const { params: read, made } = erased(record((params ?? {}) as F), schedule);
  return { part: 'schedule', name: soundName(name), about, params: read, schedule: made };
};

/** Where a part comes from: the plugin that defines it, as it was called, and the digest of all that the plugin executes. */
export interface Origin {
  readonly plugin: string;
  readonly digest: string;
}

/** What plugins may give operators to choose from. */
export const partKinds = ['generator', 'discriminator', 'loss', 'optimiser', 'schedule'] as const;
export type PartKind = (typeof partKinds)[number];

/** Something that an operator can be told to use by its name, and that a plugin may define. */
export interface AnyPart {
  readonly part: PartKind;
  readonly name: string;
  /** One line for `pipe ops`, without a full stop. */
  readonly about: string;
  /** Absent of one that was given in code. */
  readonly origin?: Origin;
}

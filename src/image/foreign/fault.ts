/** Why a decoder gives no picture: the file is damaged, of a kind that it does not know, or needs more memory than there is. */
export class UndecodableError extends Error {
  override readonly name = 'UndecodableError';

  readonly kind: 'refused' | 'unsupported' | 'memory';

  constructor(kind: UndecodableError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

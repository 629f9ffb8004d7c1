/**
 * A shared thing that is made once, used by many at once, and disposed of when it is retired and its last user is done.
 */
export class Lease<A> {
  readonly value: Promise<A>;
  readonly #dispose: (value: A) => void;
  #users = 0;
  #retired = false;

  constructor(value: Promise<A>, dispose: (value: A) => void) {
    this.value = value;
    this.#dispose = dispose;
  }

  /** Holds the value for the length of `work`. */
  async use<B>(work: (value: A) => Promise<B>): Promise<B> {
    this.#users++;
    try {
      return await work(await this.value);
    } finally {
      this.#users--;
      this.#settle();
    }
  }

  /** No new users come from here on. */
  retire(): void {
    this.#retired = true;
    this.#settle();
  }

  #settle(): void {
    if (this.#retired && this.#users === 0) void this.value.then(this.#dispose);
  }
}

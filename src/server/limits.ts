/** How much the server takes on. Every refusal by one of them says what it is. */
export interface Limits {
  /** Bytes of one uploaded photo. */
  readonly bytes: number;
  /** Pixels of one photo. */
  readonly pixels: number;
  /** Photos of one job. */
  readonly photos: number;
  /** Files in one request. */
  readonly files: number;
  /** Bytes of one request with several photos. */
  readonly requestBytes: number;
  /** Milliseconds without a byte after which an upload is given up, and those that all of one may take. */
  readonly silence: number;
  readonly upload: number;
  /** Edits and previews that may wait. */
  readonly waiting: number;
  /** Requests of one client in a minute. */
  readonly rate: number;
  /** Milliseconds that the event loop may be behind before requests are put off; 0 for any. */
  readonly delay: number;
}

export const usualLimits: Limits = {
  bytes: 200 * 2 ** 20,
  pixels: 200_000_000,
  photos: 10_000,
  files: 1000,
  requestBytes: 4 * 2 ** 30,
  silence: 20_000,
  upload: 15 * 60_000,
  waiting: 200,
  rate: 6000,
  delay: 3000,
};

/** From how many elements on a picture is worth it. */
export interface Limits {
  readonly elements: number;
}

export const LIMITS: Limits = { elements: 1 << 17 };

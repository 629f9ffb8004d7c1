/** One figure of an edit on one set of photos. */
export interface QualityRow {
  readonly edit: string;
  readonly set: string;
  readonly measure: string;
  /** Of the photos as they are; absent where there is none. */
  readonly before?: number;
  readonly after: number;
  /** The least gain over the photo as it is, among the photos. */
  readonly worst?: number;
  /** What else is known to reach, in words. */
  readonly beside?: string;
}

import type { Notice, ParameterSchema } from './types.js';

/** What the server tells of trainings, as /openapi.json says it. */

export type TrainingState = 'starting' | 'running' | 'stopping' | 'stopped' | 'failed' | 'done';

/** What a figure is called and what it means. */
export interface Curve {
  readonly name: string;
  readonly title: string;
  readonly about: string;
}

/** The grids of samples that there are, and where the pictures of a grid are. */
export interface Samples {
  readonly steps: readonly number[];
  readonly columns?: readonly string[];
  readonly rows?: number;
  readonly cell?: { readonly width: number; readonly height: number };
  readonly gap?: number;
}

/** Figures by name; null where one is not finite. */
export type FiguresTold = Readonly<Record<string, number | null>>;

/** How good a result was at a step, and the photos as they are. */
export interface Judged {
  readonly step: number;
  readonly photos: number;
  readonly by: string;
  readonly figures: FiguresTold;
  readonly before: FiguresTold;
  readonly best: { readonly step: number; readonly value: number };
}

export interface Training {
  readonly id: string;
  readonly name: string;
  readonly state: TrainingState;
  readonly isOwn: boolean;
  readonly process?: number;
  readonly since?: string;
  readonly step?: number;
  readonly total?: number;
  readonly phase?: 'pretrain' | 'train';
  readonly images?: number;
  readonly curves?: readonly Curve[];
  readonly secondsPerStep?: number;
  readonly secondsLeft?: number;
  /** How good its result is by photos that are kept apart. */
  readonly validation?: Judged;
  /** What was noticed of late that goes wrong, and what to change. */
  readonly notices?: readonly { readonly step: number; readonly mark: string; readonly text: string }[];
  readonly canResume: boolean;
  readonly canUse: boolean;
  readonly snapshots: readonly number[];
  readonly checkpoint?: number;
  readonly samples: Samples;
  readonly problem?: readonly Notice[];
  readonly changed: string;
}

/** A step's figures. */
export interface TrainingLine {
  readonly step: number;
  readonly phase: 'pretrain' | 'train';
  readonly cycle: number;
  readonly rate: number;
  readonly seconds: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly marks: readonly string[];
  readonly validation?: { readonly figures: FiguresTold };
}

/** Figures as events tell them. */
export interface MetricsTold {
  readonly isAnew: boolean;
  readonly lines: readonly TrainingLine[];
}

export interface Recipe {
  readonly name: string;
  readonly about: string;
  readonly source: 'file' | 'shipped';
  readonly folders: readonly { readonly name: string; readonly about: string }[];
  readonly parameters: { readonly properties?: Readonly<Record<string, ParameterSchema>> };
}

export interface PictureFolder {
  readonly path: string;
  /** The path from the folder that the operator allowed, with that one's name. */
  readonly name: string;
  readonly pictures: number;
}

export interface Recipes {
  readonly recipes: readonly Recipe[];
  readonly folders: readonly PictureFolder[];
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  decode,
  degradeExposure,
  denoiseLifted,
  encode,
  ensembleAverage,
  files,
  type Pipeline,
  pair,
  pipeline,
  stream,
} from '../../src/index.js';
import { mean } from '../measure.js';
import { looked } from '../suites/looks.js';
import { similarity, visible } from './likeness.js';
import { asPng, edit, editing, modelOf, opened, type Picture, photosIn, psnr, read } from './pictures.js';
import type { QualityRow } from './row.js';

/** Photos of which each is there as it is and as it should be, by their names. */
const pairsOf = (from: string, to: string): readonly (readonly [string, string])[] => {
  const bare = (path: string): string => basename(path).replace(/\.[^.]*$/, '');
  const targets = new Map(photosIn(to).map((path) => [bare(path), path]));
  return photosIn(from).flatMap((path) => {
    const target = targets.get(bare(path));
    return target === undefined ? [] : [[path, target] as const];
  });
};

/** As the examples of `exposure` and `lowlight` do: light first, then the noise that came up with it. */
const lifting = (model: 'exposure' | 'lowlight'): Pipeline => {
  const photos = stream('photos', files('.'), decode());
  const lifted = stream('lifted', photos, ensembleAverage({ models: modelOf(model) }));
  return pipeline(pair({ from: photos, to: lifted }), denoiseLifted(), encode({ format: 'png' }));
};

/** One measure of photos before and after. */
const rowOf = (
  named: Pick<QualityRow, 'edit' | 'set' | 'measure' | 'beside'>,
  found: readonly (readonly [before: number, after: number])[],
): QualityRow => ({
  ...named,
  before: mean(found.map(([before]) => before)),
  after: mean(found.map(([, after]) => after)),
  worst: Math.min(...found.map(([before, after]) => after - before)),
});

/** What others reach, by each measure. */
interface Beside {
  readonly psnr: string;
  readonly ssim: string;
}

const fromPairs = async (
  edited: string,
  set: string,
  pipe: Pipeline,
  pairs: readonly (readonly [string, string])[],
  beside: Beside,
): Promise<readonly QualityRow[]> => {
  const session = await opened(pipe);
  const decibels: (readonly [number, number])[] = [];
  const structure: (readonly [number, number])[] = [];
  for (const [from, to] of pairs) {
    const [photo, truth] = [await read(from), await read(to)];
    const made = await read((await edit(session, await asPng(photo))).file);
    decibels.push([psnr(photo, truth), psnr(made, truth)]);
    structure.push([await similarity(photo, truth), await similarity(made, truth)]);
  }
  await session.close();
  return [
    rowOf({ edit: edited, set, measure: 'PSNR, dB', beside: beside.psnr }, decibels),
    rowOf({ edit: edited, set, measure: 'SSIM', beside: beside.ssim }, structure),
  ];
};

const lightOf = ({ data }: Picture): number =>
  data.reduce((sum, value) => sum + (value / 255) ** 2.2, 0) / data.length;

/** How much light is left of photos of real fog, and in how much of the frame something is seen. */
const fog = async (): Promise<readonly QualityRow[]> => {
  const session = await opened(editing('dehaze', 'auto'));
  const kept: number[] = [];
  const seen: (readonly [number, number])[] = [];
  for (const path of photosIn('fog', 40)) {
    const photo = await read(path);
    const made = await read((await edit(session, await asPng(photo))).file);
    kept.push(lightOf(made) / lightOf(photo));
    seen.push([visible(photo), visible(made)]);
  }
  await session.close();
  const of = { edit: 'dehaze', set: 'real fog, 40' };
  return [
    { ...of, measure: 'light kept', after: mean(kept), beside: 'wanted: 0.9' },
    rowOf({ ...of, measure: 'share of the frame with a contrast of 5 %' }, seen),
  ];
};

/** Photos of BSDS500 that are well exposed by the mean of their values, smaller than they were stored. */
const clearPhotos = async (): Promise<readonly Picture[]> => {
  const photos = await Promise.all(photosIn('clear/bsds', 80).map((path) => read(path, false, 320)));
  const brightness = ({ data }: Picture): number => mean([...data]) / 255;
  return photos.filter((photo) => brightness(photo) > 0.33 && brightness(photo) < 0.6).slice(0, 24);
};

/** How like themselves clear photos come back, with the gate as it is by default. */
const clear = async (name: string): Promise<QualityRow> => {
  const session = await opened(editing(name, 'auto'));
  const found = [];
  for (const photo of await clearPhotos()) {
    const made = await edit(session, await asPng(photo));
    found.push(psnr(await read(made.file), photo));
  }
  await session.close();
  return {
    edit: name,
    set: 'clear photos',
    measure: 'PSNR to themselves, dB',
    after: mean(found),
    beside: 'wanted: 38',
  };
};

/** Well exposed photos made too dark or too light, and put right. */
const exposed = async (stops: number): Promise<QualityRow> => {
  const wrong = await opened(
    pipeline(files('.'), decode(), degradeExposure({ stops }), encode({ format: 'png' })),
  );
  const session = await opened(lifting('exposure'));
  const found = [];
  for (const photo of await clearPhotos()) {
    const given = await edit(wrong, await asPng(photo));
    const made = await edit(session, given.file);
    found.push([psnr(await read(given.file), photo), psnr(await read(made.file), photo)] as const);
  }
  await Promise.all([wrong.close(), session.close()]);
  return {
    edit: 'exposure',
    set: `BSDS500 by ${stops > 0 ? '+' : ''}${stops} stops, without a camera's curve`,
    measure: 'PSNR, dB',
    before: mean(found.map(([before]) => before)),
    after: mean(found.map(([, after]) => after)),
    worst: Math.min(...found.map(([before, after]) => after - before)),
  };
};

const look = async (model: string): Promise<readonly QualityRow[]> => {
  const scratch = await mkdtemp(join(tmpdir(), 'prismflow-quality-'));
  const { figures } = await looked(model, scratch);
  await rm(scratch, { recursive: true });
  const of = (measure: string, after: string, before?: string): QualityRow => ({
    edit: model,
    set: 'BSDS500',
    measure,
    ...(before && { before: figures[before]! }),
    after: figures[after]!,
  });
  return [
    of('distance of colours to the look', 'distance after', 'distance before'),
    of('SSIM of gradients', 'SSIM of gradients'),
    of('newly clipped, %', 'newly clipped %'),
  ];
};

/** What each of the other models is measured by; a set that is not at hand gives no row. */
export const otherRows: Readonly<Record<string, readonly (() => Promise<readonly QualityRow[]>)[]>> = {
  dehaze: [
    async () => [
      ...(await fromPairs(
        'dehaze',
        'SOTS indoor, 20',
        editing('dehaze', 'auto'),
        pairsOf('pairs/haze-indoor/hazy', 'pairs/haze-indoor/clear'),
        { psnr: 'dark channel 20.5, AOD-Net 20.51', ssim: 'dark channel .870, AOD-Net .816' },
      )),
      ...(await fromPairs(
        'dehaze',
        'O-HAZE, 2',
        editing('dehaze', 'auto'),
        pairsOf('pairs/haze-outdoor/hazy', 'pairs/haze-outdoor/clear'),
        { psnr: 'dark channel 17.6', ssim: 'dark channel .744' },
      )),
      ...(await fog()),
      await clear('dehaze'),
    ],
  ],
  exposure: [
    ...[-3, -2, -1, 1, 2, 3].map((stops) => async () => [await exposed(stops)]),
    async () => [await clear('exposure')],
  ],
  lowlight: [
    async () => [
      ...(await fromPairs(
        'lowlight',
        'LOL, 8',
        lifting('lowlight'),
        pairsOf('pairs/lowlight/dark', 'pairs/lowlight/normal'),
        {
          psnr: 'Zero-DCE 14.86, CPGA-Net (trained on LOL) 20.94',
          ssim: 'Zero-DCE .562, CPGA-Net (trained on LOL) .748',
        },
      )),
      await clear('lowlight'),
    ],
  ],
  dejpeg: [async () => [await clear('dejpeg')]],
  sunset: [() => look('sunset')],
  bluehour: [() => look('bluehour')],
};

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

const fromPairs = async (
  name: string,
  set: string,
  pipe: Pipeline,
  pairs: readonly (readonly [string, string])[],
  beside: string,
): Promise<QualityRow> => {
  const session = await opened(pipe);
  const found = [];
  for (const [from, to] of pairs) {
    const [photo, truth] = [await read(from), await read(to)];
    const made = await edit(session, await asPng(photo));
    found.push([psnr(photo, truth), psnr(await read(made.file), truth)] as const);
  }
  await session.close();
  return {
    edit: name,
    set,
    measure: 'PSNR, dB',
    before: mean(found.map(([before]) => before)),
    after: mean(found.map(([, after]) => after)),
    worst: Math.min(...found.map(([before, after]) => after - before)),
    beside,
  };
};

const lightOf = ({ data }: Picture): number =>
  data.reduce((sum, value) => sum + (value / 255) ** 2.2, 0) / data.length;

/** How much light is left of photos of real fog. */
const fog = async (): Promise<QualityRow> => {
  const session = await opened(editing('dehaze', 'auto'));
  const kept = [];
  for (const path of photosIn('fog', 40)) {
    const photo = await read(path);
    const made = await edit(session, await asPng(photo));
    kept.push(lightOf(await read(made.file)) / lightOf(photo));
  }
  await session.close();
  return { edit: 'dehaze', set: 'real fog', measure: 'light kept', after: mean(kept) };
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
      await fromPairs(
        'dehaze',
        'SOTS indoor, 20',
        editing('dehaze', 'auto'),
        pairsOf('pairs/haze-indoor/hazy', 'pairs/haze-indoor/clear'),
        'dark channel 20.5',
      ),
      await fromPairs(
        'dehaze',
        'O-HAZE, 2',
        editing('dehaze', 'auto'),
        pairsOf('pairs/haze-outdoor/hazy', 'pairs/haze-outdoor/clear'),
        'dark channel 17.6',
      ),
      await fog(),
      await clear('dehaze'),
    ],
  ],
  exposure: [async () => [await exposed(-2), await exposed(2), await clear('exposure')]],
  lowlight: [
    async () => [
      await fromPairs(
        'lowlight',
        'LOL, 8',
        lifting('lowlight'),
        pairsOf('pairs/lowlight/dark', 'pairs/lowlight/normal'),
        'Zero-DCE 14.86, CPGA-Net (trained on LOL) 20.94',
      ),
      await clear('lowlight'),
    ],
  ],
  dejpeg: [async () => [await clear('dejpeg')]],
  sunset: [() => look('sunset')],
  bluehour: [() => look('bluehour')],
};

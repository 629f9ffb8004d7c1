import { describe, expect, it } from 'vitest';
import { explain } from './explain.js';
import type { Line } from './lines.js';
import { type PageContent, pageOf, secondsPerStep } from './page.js';
import { span } from './span.js';

const line = (step: number, more: Partial<Line> = {}): Line => ({
  step,
  total: 2000,
  phase: 'train',
  cycle: 0,
  images: step * 4,
  rate: 1e-3,
  seconds: 0.5,
  metrics: { pixel: 0.25 },
  marks: [],
  ...more,
});

const grid = (step: number) => ({ step, width: 26, height: 12, url: `data:image/webp;base64,${step}` });

const page = (lines: readonly Line[], more: Partial<PageContent> = {}): string =>
  pageOf({ name: 'dehaze', lines, grids: [], columns: ['input', 'output'], isRunning: true, ...more });

/** What the page says above everything else, by name. */
const factsIn = (html: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, name, value]) => [name, value]),
  );

/** The cards with curves: what each is called, its number of now, and what it tells. */
const cardsIn = (html: string): readonly (readonly string[])[] =>
  [...html.matchAll(/<h3>(.*?)<span class="now">(.*?)<\/span><\/h3><p>(.*?)<\/p>/g)].map(
    ([, ...card]) => card,
  );

describe('the page says where a training stands', () => {
  it('while it runs', () => {
    const lines = [1, 2, 3, 4].map((step) => line(step, { cycle: 2, images: step * 8 }));
    const html = page(lines);
    expect(factsIn(html)).toEqual({
      Steps: '4 of 2,000',
      State: 'learns its task, cycle 3',
      'Photos seen': '32',
      Speed: '16 photos/s, 0.5 s a step',
      'Time so far': '2 s',
      'Time left': 'about 17 min',
    });
    expect(html).toContain('<div class="bar"><div style="width:0.2%">');
    expect(html).toContain('<meta http-equiv="refresh" content="30">');
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html).toContain('<title>dehaze: training</title>');
    expect(html).toContain('<h1>dehaze</h1>');
  });

  it('in its initial training, before any step was timed', () => {
    expect(factsIn(page([line(1, { phase: 'pretrain', seconds: 0 })]))).toEqual({
      Steps: '1 of 2,000',
      State: 'learns natural textures',
      'Photos seen': '4',
      'Time so far': '0 s',
    });
  });

  it('when it is done', () => {
    const html = page([line(1999, { seconds: 5400 }), line(2000, { seconds: 0.25 })], { isRunning: false });
    expect(factsIn(html)).toEqual({
      Steps: '2,000 of 2,000',
      State: 'done',
      'Photos seen': '8,000',
      Speed: '7.41e-4 photos/s, 5400 s a step'.replace('7.41e-4', '7.4e-4'),
      'Time so far': '1 h 30 min',
    });
    expect(html).toContain('<div class="bar done"><div style="width:100.0%">');
    expect(html).not.toContain('http-equiv="refresh"');
  });

  it('when it was stopped, or has not begun', () => {
    expect(factsIn(page([line(7)], { isRunning: false })).State).toBe('stopped; pipe run --resume goes on');
    expect(page([])).toContain('<p>No step is done yet.</p>');
    expect(factsIn(page([]))).toEqual({});
  });

  it('in what its names are, whatever is in them', () => {
    const html = page([line(1, { metrics: { '<b>"&': 1 } })], {
      name: 'a<b>&"c"',
      grids: [grid(1)],
      columns: ['<in>'],
    });
    expect(html).toContain('<h1>a&lt;b&gt;&amp;&quot;c&quot;</h1>');
    expect(html).toContain('<figcaption>&lt;in&gt;</figcaption>');
    expect(cardsIn(html)[0]?.[0]).toBe('&lt;b&gt;&quot;&amp;');
    expect(html).toContain('aria-label="&lt;b&gt;&quot;&amp;"');
  });
});

describe('the page shows', () => {
  it('the newest samples large, the earlier ones below, newest first', () => {
    const html = page([line(9)], { grids: [grid(1), grid(4), grid(1200)] });
    const figures = [...html.matchAll(/<figure class="(\w+)">.*?<\/figure>/g)];
    expect(figures.map(([, kind]) => kind)).toEqual(['newest', 'small', 'small']);
    expect(figures.map(([text]) => /After step ([\d,]+)/.exec(text)?.[1])).toEqual(['1,200', '4', '1']);
    expect(figures[0]?.[0]).toContain(
      '<figcaption>input</figcaption><figcaption>output</figcaption></div>' +
        '<img src="data:image/webp;base64,1200" width="26" height="12" alt="Samples of step 1200"',
    );
    expect(html.match(/<details>/g)).toHaveLength(1);
    expect(page([line(9)], { grids: [grid(1)] })).not.toContain('<details>');
    expect(page([line(9)])).not.toContain('What it makes of photos');
  });

  it('a card for every metric that any step has, with the mean of the last values, and the rate', () => {
    const lines = Array.from({ length: 30 }, (_, i) =>
      line(i + 1, {
        rate: 1e-3 / (i + 1),
        metrics: i === 0 ? { pixel: 1000, ssim: Number.NaN } : { pixel: i, contentBack: 2 },
      }),
    );
    const html = page(lines);
    expect(cardsIn(html).map(([title, now]) => [title, now])).toEqual([
      // The mean of 10 to 29.
      [explain('pixel').title, '19.5'],
      [explain('ssim').title, 'not finite'],
      ['Edges and textures, on the way back', '2'],
      ['Learning rate', '3.3e-5'],
    ]);
    expect(cardsIn(html)[2]?.[2]).toBe('The same, from the second collection to the first.');
    // A clip path for each chart.
    expect([...html.matchAll(/<clipPath id="(\w+)"/g)].map(([, id]) => id)).toEqual([
      'm0',
      'm1',
      'm2',
      'rate',
    ]);
    // The rate is exact, the metrics leap.
    expect(html.match(/class="raw"/g)).toHaveLength(3);
  });

  it('where the initial training ended, cycles ended and states were restored', () => {
    const lines = [
      line(1, { phase: 'pretrain' }),
      line(2, { phase: 'pretrain' }),
      line(3, { marks: ['restart'] }),
      line(4, { marks: ['restored'] }),
      line(5, { marks: ['restart', 'end'] }),
    ];
    const html = page(lines);
    // Two charts: the metric's and the rate's.
    expect(html.match(/class="pretrain"/g)).toHaveLength(2);
    expect(html.match(/class="restart"/g)).toHaveLength(4);
    expect(html.match(/class="restored"/g)).toHaveLength(2);
    expect(html).toContain('A red line is where');
    const plain = page([line(1)]);
    expect(plain).not.toMatch(/class="(pretrain|restart|restored)"/);
    expect(plain).not.toContain('A red line is where');
  });
});

describe('times', () => {
  it.each([
    [0, '0 s'],
    [89.4, '89 s'],
    [90, '2 min'],
    [5369, '89 min'],
    [5400, '1 h 30 min'],
    [7229, '2 h 0 min'],
  ])('of %d seconds are written %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });

  it('of a step are the median of the last fifty that were timed', () => {
    const timed = (...seconds: number[]) =>
      secondsPerStep(seconds.map((each, i) => line(i + 1, { seconds: each })));
    expect(timed()).toBeUndefined();
    expect(timed(0)).toBeUndefined();
    expect(timed(0, 9, 1, 2)).toBe(2);
    expect(timed(10, 9, 100)).toBe(10);
    expect(timed(...Array(60).fill(9), ...Array(50).fill(1))).toBe(1);
    expect(timed(...Array(60).fill(9), ...Array(26).fill(1))).toBe(1);
    expect(timed(...Array(60).fill(9), ...Array(24).fill(1))).toBe(9);
  });
});

describe('metrics are explained', () => {
  it.each([
    ['pixel', 'Distance from the target'],
    ['pixelBack', 'Distance from the target, on the way back'],
    ['styleOfWater', 'Style of water'],
    ['Back', 'Back'],
    ['playBack', 'Play back'],
  ])('%s as %s', (name, title) => {
    expect(explain(name).title).toBe(title);
    expect(explain(name).about).not.toBe('');
  });
});

describe('the page says how good the result is', () => {
  const validation = (psnr: number, best = psnr) => ({
    photos: 16,
    by: 'psnr',
    figures: { psnr, ssim: 0.9 },
    before: { psnr: 20, ssim: 0.8 },
    best: { step: 100, value: best },
  });

  it('against the photo as it is and the best', () => {
    const html = page([
      line(100, { validation: validation(25) }),
      line(200, { validation: validation(24, 25) }),
    ]);
    expect(html).toContain('24 at step 200, 20 of the photo as it is; the best was 25 at step 100.');
    expect(html).not.toContain('worse than the photo');
    expect(html).toContain('<path class="before"');
    expect(html.match(/<path class="best"/g)).toHaveLength(1);
  });

  it('plainly where it is worse than the photo', () => {
    const html = page([line(100, { validation: validation(19.5) })]);
    expect(html).toContain('<p class="verdict worse">The result is worse than the photo itself.');
  });

  it('and of what photos the samples are', () => {
    const grids = [grid(1)];
    expect(page([line(1)], { grids })).toContain('that it was learning from at that step');
    expect(page([line(1, { validation: validation(25) })], { grids })).toContain('that it never learns from');
  });

  it('and what was noticed, with what to change', () => {
    const html = page([line(1), line(2, { marks: ['overfitting', 'best'] })]);
    expect(html).toContain('<li>Step 2: photos that it does not learn from come out worse');
    expect(page([line(1)])).not.toContain('What was noticed');
  });

  it('ends where patience does', () => {
    expect(factsIn(page([line(900, { marks: ['patience', 'end'] })])).State).toBe('done');
  });
});

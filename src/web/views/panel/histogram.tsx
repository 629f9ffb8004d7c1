import { histogram } from '../../session/pixels.js';
import { texts } from '../../texts.js';
import { outlineOf } from '../../viewer/pixels.js';

const CHANNELS = ['red', 'green', 'blue'] as const;

export const HistogramView = () => (
  <svg class="histogram" viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label={texts.histogram}>
    {CHANNELS.map((channel) => (
      <path
        key={channel}
        class={channel}
        d={histogram.value === undefined ? '' : outlineOf(histogram.value[channel])}
      />
    ))}
  </svg>
);

import { areFactsShown, chosen, tab } from '../../session/store.js';
import { texts } from '../../texts.js';
import { Actions } from './actions.js';
import { ChainView } from './chain.js';
import { Facts } from './facts.js';
import { HistogramView } from './histogram.js';
import { Tiles } from './tiles.js';

const TABS = [
  ['edits', texts.tiles.title],
  ['chain', texts.chain.title],
  ['facts', texts.facts.title],
] as const;

/** Shown on narrow screens, where the parts of the panel stand one at a time. */
const Tabs = () => {
  const count = chosen.value?.chain.steps.length ?? 0;
  return (
    <div class="tabs">
      {TABS.map(([value, label]) => (
        <button
          key={value}
          type="button"
          aria-pressed={tab.value === value}
          onClick={() => {
            tab.value = value;
            if (value === 'facts') areFactsShown.value = true;
          }}
        >
          {label}
          {value === 'chain' && count > 0 ? <span class="tab-count">{count}</span> : null}
        </button>
      ))}
    </div>
  );
};

export const Panel = () => (
  <aside class="panel" data-tab={tab.value} aria-label={texts.bar.tilesToggle}>
    <Tabs />
    <div class="panel-scroll">
      <HistogramView />
      <Tiles />
      <ChainView />
      <Facts />
    </div>
    <Actions />
  </aside>
);

import { full, isFullComing } from '../../session/full.js';
import { keepSettings } from '../../session/kept.js';
import { clipping } from '../../session/pixels.js';
import { shown } from '../../session/previews.js';
import { density, needsFull, pane } from '../../session/screen.js';
import {
  chosenInfo,
  edits,
  editsKey,
  isHeld,
  isSphere,
  mode,
  type Overlay,
  overlay,
  sphereSide,
  view,
} from '../../session/store.js';
import { texts } from '../../texts.js';
import { FIT, scaleOf } from '../../viewer/geometry.js';
import { Button, Choices } from '../button.js';
import { toggleZoom, zoomBy } from './gestures.js';

const { stage } = texts;

const STEP = 1.4;

const Hold = () => {
  const hold = (is: boolean) => (): void => {
    isHeld.value = is;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what it hears is of the button within it.
    <span
      class="hold"
      onPointerDown={hold(true)}
      onPointerUp={hold(false)}
      onPointerLeave={hold(false)}
      onPointerCancel={hold(false)}
      onKeyDown={({ key }) => (key === ' ' || key === 'Enter' ? hold(true)() : undefined)}
      onKeyUp={hold(false)}
      onBlurCapture={hold(false)}
    >
      <Button kind="icon" icon="hold" label={stage.hold} shortcut="\" isPressed={isHeld.value} />
    </span>
  );
};

const Zoom = () => {
  const info = chosenInfo.value;
  const percent = info === undefined ? 100 : scaleOf(view.value, info, pane.value) * density.value * 100;
  const isFit = view.value.kind === 'fit';
  const now = `${isFit ? `${stage.zoom.fit} · ` : ''}${Math.round(percent)} %`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons in every browser.
    <div class="choices zoom" role="group" aria-label={stage.zoom.label}>
      <Button
        kind="icon"
        icon="minus"
        label={stage.zoom.out}
        shortcut="−"
        onClick={() => info && zoomBy(1 / STEP, info)}
      />
      <Button
        label={`${now}: ${isFit ? stage.zoom.toFull : stage.zoom.toFit}`}
        shortcut="Z"
        kind="quiet"
        onClick={() => info && toggleZoom(info)}
      >
        {now}
      </Button>
      <Button
        kind="icon"
        icon="plus"
        label={stage.zoom.in}
        shortcut="+"
        onClick={() => info && zoomBy(STEP, info)}
      />
    </div>
  );
};

/** What is shown now: a preview, or every pixel. */
const Quality = () => {
  if (overlay.value === 'clipping' && clipping.value !== undefined)
    return (
      <span class="quality">
        {stage.clipped(clipping.value.clipping.lights, clipping.value.clipping.shadows)}
      </span>
    );
  if (overlay.value === 'trust') return <span class="quality">{stage.trustLegend}</span>;
  if (edits.value.length === 0)
    return <span class="quality">{chosenInfo.value === undefined ? '' : stage.noEdits}</span>;
  if (isFullComing.value) return <span class="quality">{stage.fullComing}</span>;
  const isFull = needsFull.value && full.value?.key === editsKey.value;
  const size = shown.value?.size;
  return (
    <span class="quality">
      {isFull ? stage.full : size === undefined ? '' : `${stage.preview} · ${size} px`}
    </span>
  );
};

const toggleOverlay = (of: Overlay) => (): void => {
  overlay.value = overlay.value === of ? 'none' : of;
};

const Overlays = () => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons in every browser.
  <div class="choices overlays" role="group" aria-label={stage.overlays.label}>
    <Button
      kind="quiet"
      icon="clipping"
      label={stage.overlays.clipping}
      shortcut="C"
      isPressed={overlay.value === 'clipping'}
      onClick={toggleOverlay('clipping')}
    />
    <Button
      kind="quiet"
      icon="trust"
      label={stage.overlays.trust}
      shortcut="T"
      isPressed={overlay.value === 'trust'}
      why={edits.value.length === 0 ? texts.actions.nothing : undefined}
      onClick={toggleOverlay('trust')}
    />
  </div>
);

const Compare = () => (
  <Choices
    label={stage.modes.label}
    value={mode.value}
    onChoose={(value) => {
      mode.value = value;
      keepSettings({ mode: value });
    }}
    choices={[
      { value: 'split', label: stage.modes.split, icon: 'split', shortcut: 'D' },
      { value: 'side', label: stage.modes.side, icon: 'side', shortcut: 'S' },
      { value: 'after', label: stage.modes.after, icon: 'after', shortcut: 'A' },
    ]}
  />
);

/** In 360° there is one picture at a time. */
const SphereSides = () => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons in every browser.
  <div class="choices" role="group" aria-label={stage.sphereSides}>
    {(['before', 'after'] as const).map((side) => (
      <Button
        key={side}
        kind="quiet"
        label={stage[side]}
        isPressed={sphereSide.value === side}
        onClick={() => {
          sphereSide.value = side;
        }}
      />
    ))}
  </div>
);

const SphereButton = () =>
  chosenInfo.value?.facts.panorama ? (
    <Button
      label={isSphere.value ? stage.sphereLeave : stage.sphere}
      icon="sphere"
      kind="quiet"
      isPressed={isSphere.value}
      onClick={() => {
        view.value = FIT;
        isSphere.value = !isSphere.value;
      }}
    >
      360°
    </Button>
  ) : null;

export const Tools = () => (
  <div class="tools">
    <div class="tools-part">
      {isSphere.value ? <SphereSides /> : <Compare />}
      <Hold />
    </div>
    <Quality />
    <div class="tools-part">
      <SphereButton />
      {isSphere.value ? null : <Overlays />}
      {isSphere.value ? null : <Zoom />}
    </div>
  </div>
);

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isUpdating } from '../../session/previews.js';
import { density, isStacked, localSize, pane, photoSize, stage } from '../../session/screen.js';
import { chosenInfo, divider, edits, isHeld, isSphere, mode, view } from '../../session/store.js';
import { removePhoto } from '../../session/uploads.js';
import type { Photo } from '../../state/photos.js';
import { texts } from '../../texts.js';
import { dividerX } from '../../viewer/divider.js';
import { type Size, visibleRect } from '../../viewer/geometry.js';
import { Button } from '../button.js';
import { Icon } from '../icons.js';
import { Divider } from './divider.js';
import { Layer, Overlays, Pane } from './pane.js';
import { afterSource, beforeUrls, useDecoded } from './sources.js';
import { SphereFrame } from './sphere-frame.js';

const labels = texts.stage;

/** Follows the size of the stage. */
const useStageSize = () => {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = own.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      stage.value = { width: element.clientWidth, height: element.clientHeight };
      density.value = devicePixelRatio;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return own;
};

/** The photo's size; the browser is asked until the server has answered. */
const useSize = (photo: Photo, url: string | undefined): Size | undefined => {
  const info = photo.place.kind === 'ready' ? photo.place.info : undefined;
  useEffect(() => {
    if (url === undefined || info !== undefined) return;
    const image = new Image();
    image.onload = () => {
      localSize.value = { key: photo.key, size: { width: image.naturalWidth, height: image.naturalHeight } };
    };
    image.src = url;
  }, [url, info === undefined, photo.key]);
  return photoSize.value;
};

interface Pictures {
  readonly name: string;
  readonly photo: Size;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const Tag = (props: { readonly side: 'left' | 'right'; readonly children: ComponentChildren }) => (
  <span class={`tag ${props.side}`}>{props.children}</span>
);

/** Says what the edited picture is, and whether it is that of dials which have been turned since. */
const AfterTag = ({ side }: { readonly side: 'left' | 'right' }) => (
  <Tag side={side}>
    {labels.after}
    {afterSource()?.isCurrent === false ? (
      <span class="tag-note"> · {isUpdating.value ? labels.updating : labels.notUpdated}</span>
    ) : null}
  </Tag>
);

const Split = ({ name, photo, before, after }: Pictures) => {
  const visible = visibleRect(view.value, photo, pane.value);
  const x = dividerX(divider.value, visible);
  const isCompared = after !== undefined && !isHeld.value;
  return (
    <Pane photo={photo} label={labels.photoOf(name, labels.modes.split)}>
      <Layer url={before} photo={photo} label={labels.photoOf(name, labels.before)} />
      {isCompared ? (
        <div class="clip" style={{ clipPath: `inset(0 0 0 ${x}px)` }}>
          <Layer url={after} photo={photo} label={labels.photoOf(name, labels.after)} />
          <Overlays photo={photo} />
        </div>
      ) : null}
      {isCompared ? <Divider photo={photo} /> : null}
      {after === undefined && !isHeld.value ? <Overlays photo={photo} /> : null}
      <Tag side="left">{labels.before}</Tag>
      {isCompared ? <AfterTag side="right" /> : null}
    </Pane>
  );
};

const Side = ({ name, photo, before, after }: Pictures) => (
  <div class={isStacked.value ? 'sides stacked' : 'sides'}>
    <Pane photo={photo} label={labels.photoOf(name, labels.before)}>
      <Layer url={before} photo={photo} label={labels.photoOf(name, labels.before)} />
      <Tag side="left">{labels.before}</Tag>
    </Pane>
    <Pane photo={photo} label={labels.photoOf(name, labels.after)}>
      <Layer
        url={isHeld.value ? before : (after ?? before)}
        photo={photo}
        label={labels.photoOf(name, labels.after)}
      />
      {isHeld.value ? null : <Overlays photo={photo} />}
      {isHeld.value ? <Tag side="left">{labels.before}</Tag> : <AfterTag side="left" />}
    </Pane>
  </div>
);

const After = ({ name, photo, before, after }: Pictures) => {
  const which = isHeld.value || after === undefined ? labels.before : labels.after;
  return (
    <Pane photo={photo} label={labels.photoOf(name, which)}>
      <Layer
        url={isHeld.value ? before : (after ?? before)}
        photo={photo}
        label={labels.photoOf(name, which)}
      />
      {isHeld.value ? null : <Overlays photo={photo} />}
      {which === labels.after ? <AfterTag side="left" /> : <Tag side="left">{which}</Tag>}
    </Pane>
  );
};

const MODES = { split: Split, side: Side, after: After } as const;

/** Why the server did not take a photo. */
const Refused = ({ photo }: { readonly photo: Photo }) =>
  photo.place.kind !== 'refused' ? null : (
    <div class="refused">
      <p class="refused-title">
        <Icon name="warning" /> {labels.refused}
      </p>
      <p>{photo.place.problem.detail ?? photo.place.problem.title}</p>
      <p class="muted">{photo.place.problem.remedy}</p>
      <Button label={labels.refusedRemove} icon="trash" onClick={() => removePhoto(photo.key)} />
    </div>
  );

export const Stage = ({ photo }: { readonly photo: Photo }) => {
  const own = useStageSize();
  const before = useDecoded(photo.key, beforeUrls(photo));
  const source = edits.value.length === 0 ? undefined : afterSource();
  const after = useDecoded(photo.key, source === undefined ? [] : [source.url]);
  const size = useSize(photo, before);
  const Mode = MODES[mode.value];
  const isComing = edits.value.length > 0 && isUpdating.value;
  return (
    <div ref={own} class="stage" data-updating={isComing}>
      {isSphere.value && chosenInfo.value !== undefined ? (
        <SphereFrame info={chosenInfo.value} />
      ) : size === undefined ? (
        <div class="pane" />
      ) : (
        <Mode name={photo.name} photo={size} before={before} after={after} />
      )}
      <Refused photo={photo} />
      {isComing ? <div class="progress-line" /> : null}
    </div>
  );
};

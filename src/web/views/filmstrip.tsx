import { Component } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { viewOf } from '../api/client.js';
import { chosen, dispatch, photos } from '../session/store.js';
import { removePhoto } from '../session/uploads.js';
import type { Photo } from '../state/photos.js';
import { TILE } from '../state/sizes.js';
import { texts } from '../texts.js';
import { Icon } from './icons.js';
import { PatientPicture } from './patient-picture.js';
import { Pick } from './pick.js';

const { strip } = texts;

const statusOf = ({ place, chain }: Photo): string => {
  switch (place.kind) {
    case 'queued':
      return strip.queued;
    case 'sending':
      return strip.sending(place.share);
    case 'refused':
      return strip.refused;
    case 'ready':
      return [
        ...(chain.steps.length > 0 ? [strip.edited] : []),
        ...(place.info.facts.panorama ? [strip.panorama] : []),
      ].join(', ');
  }
};

const Thumbnail = ({ photo }: { readonly photo: Photo }) => {
  const { place, local } = photo;
  const source = place.kind === 'ready' ? viewOf(place.info.id, TILE) : local;
  if (place.kind === 'refused')
    return (
      <span class="frame-refused">
        <Icon name="warning" />
      </span>
    );
  return <PatientPicture src={source} loading="lazy" />;
};

interface FrameProps {
  readonly photo: Photo;
  readonly isChosen: boolean;
}

const FrameView = ({ photo, isChosen }: FrameProps) => {
  const own = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) own.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isChosen]);
  const status = statusOf(photo);
  return (
    <li ref={own} class={isChosen ? 'frame chosen' : 'frame'}>
      <button
        type="button"
        class="frame-choose"
        aria-current={isChosen}
        aria-label={status === '' ? photo.name : `${photo.name}: ${status}`}
        title={photo.name}
        onClick={() => dispatch({ kind: 'choose', key: photo.key })}
      >
        <Thumbnail photo={photo} />
        {photo.place.kind === 'sending' ? (
          <span class="frame-share" style={{ transform: `scaleX(${photo.place.share})` }} />
        ) : null}
        {photo.place.kind === 'ready' && photo.place.info.facts.panorama ? <span class="frame-kind" /> : null}
        {photo.chain.steps.length > 0 ? (
          <span class="frame-edited" data-count={photo.chain.steps.length} />
        ) : null}
      </button>
      <button
        type="button"
        class="frame-remove"
        aria-label={strip.remove(photo.name)}
        title={strip.remove(photo.name)}
        onClick={() => removePhoto(photo.key)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
};

/** Of hundreds of photos only those are drawn anew that changed. */
class Frame extends Component<FrameProps> {
  override shouldComponentUpdate({ photo, isChosen }: FrameProps): boolean {
    return photo !== this.props.photo || isChosen !== this.props.isChosen;
  }

  override render() {
    return <FrameView {...this.props} />;
  }
}

/** Moves the focus together with the choice. */
const onKeyDown = (event: KeyboardEvent): void => {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const isFrame = (event.target as Element).classList.contains('frame-choose');
  if (by === 0 || !isFrame) {
    if (event.key === 'Delete' && isFrame && chosen.value !== undefined) removePhoto(chosen.value.key);
    return;
  }
  event.preventDefault();
  dispatch({ kind: 'step', by });
  const list = event.currentTarget as Element;
  requestAnimationFrame(() => list.querySelector<HTMLElement>('[aria-current="true"]')?.focus());
};

export const Filmstrip = () => (
  <nav class="strip" aria-label={strip.label}>
    <ul onKeyDown={onKeyDown}>
      {photos.value.list.map((photo) => (
        <Frame key={photo.key} photo={photo} isChosen={photo.key === photos.value.chosen} />
      ))}
      <li class="frame-add">
        <Pick label={strip.add} icon="plus" kind="add" />
      </li>
    </ul>
  </nav>
);

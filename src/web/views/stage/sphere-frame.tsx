import { useEffect, useRef, useState } from 'preact/hooks';
import { fileOf, viewOf } from '../../api/client.js';
import type { PhotoInfo } from '../../api/types.js';
import { full, isViewable } from '../../session/full.js';
import { shown } from '../../session/previews.js';
import { edits, editsKey, isHeld, sphereSide } from '../../session/store.js';
import { LARGEST } from '../../state/sizes.js';
import { texts } from '../../texts.js';
import type { SphereView } from './sphere.js';

const labels = texts.stage;

/** The best picture of the whole panorama that there is now. */
const sourceOf = (info: PhotoInfo): { readonly url: string; readonly which: string } => {
  const before = isViewable(info.type) ? fileOf(info.id) : viewOf(info.id, LARGEST);
  if (isHeld.value || sphereSide.value === 'before' || edits.value.length === 0)
    return { url: before, which: labels.before };
  if (full.value?.key === editsKey.value) return { url: full.value.url, which: labels.after };
  if (shown.value?.photo === info.id) return { url: shown.value.url, which: labels.after };
  return { url: before, which: labels.before };
};

/** A panorama to look around in. Its viewer is loaded when it is wanted first. */
export const SphereFrame = ({ info }: { readonly info: PhotoInfo }) => {
  const own = useRef<HTMLDivElement>(null);
  const sphere = useRef<SphereView | undefined>(undefined);
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading');
  const { url, which } = sourceOf(info);
  useEffect(() => {
    let isOver = false;
    const open = async (): Promise<void> => {
      const { openSphere } = await import('./sphere.js');
      if (isOver || own.current === null) return;
      sphere.current = await openSphere(own.current, sourceOf(info).url, info);
      if (isOver) sphere.current.close();
      else setState('shown');
    };
    open().catch(() => setState('failed'));
    return () => {
      isOver = true;
      sphere.current?.close();
      sphere.current = undefined;
    };
  }, [info.id]);
  useEffect(() => {
    if (state === 'shown') void sphere.current?.show(url);
  }, [url, state]);
  return (
    <section class="sphere" aria-label={labels.sphereLabel}>
      <div ref={own} class="sphere-view" />
      {state === 'failed' ? <p class="stage-message">{labels.sphereFailed}</p> : null}
      <span class="tag left">
        {which}
        {info.facts.stereo ? ` · ${labels.sphereEye}` : ''}
      </span>
    </section>
  );
};

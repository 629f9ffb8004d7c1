import type { ComponentChildren, CSSProperties } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { clipping } from '../../session/pixels.js';
import { density, pane } from '../../session/screen.js';
import { editsKey, overlay, view } from '../../session/store.js';
import { trust } from '../../session/trust.js';
import { photoRect, type Size, scaleOf } from '../../viewer/geometry.js';
import { panByKey, useGestures } from './gestures.js';

const px = (value: number): string => `${value}px`;

/** Where a picture of the photo lies, whatever its own size is. */
const placeOf = (photo: Size): CSSProperties => {
  const { x, y, width, height } = photoRect(view.value, photo, pane.value);
  return {
    transform: `translate(${px(x)}, ${px(y)})`,
    width: px(width),
    height: px(height),
    // Enlarged this much, pixels are looked at as such.
    imageRendering: scaleOf(view.value, photo, pane.value) * density.value >= 2 ? 'pixelated' : 'auto',
  };
};

export const Layer = (props: {
  readonly url: string | undefined;
  readonly photo: Size;
  readonly label: string;
}) =>
  props.url === undefined ? null : (
    <img class="layer" src={props.url} alt={props.label} draggable={false} style={placeOf(props.photo)} />
  );

const ClippingLayer = ({ photo }: { readonly photo: Size }) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const marks = clipping.value;
  useEffect(() => {
    if (marks === undefined) return;
    canvas.current
      ?.getContext('2d')
      ?.putImageData(new ImageData(marks.clipping.marks, marks.width, marks.height), 0, 0);
  }, [marks]);
  if (marks === undefined) return null;
  return (
    <canvas
      ref={canvas}
      class="layer"
      width={marks.width}
      height={marks.height}
      style={{ ...placeOf(photo), imageRendering: 'pixelated' }}
    />
  );
};

/** What lies over the edited photo. */
export const Overlays = ({ photo }: { readonly photo: Size }) => {
  if (overlay.value === 'clipping') return <ClippingLayer photo={photo} />;
  if (overlay.value === 'trust' && trust.value?.key === editsKey.value)
    return <Layer url={trust.value.url} photo={photo} label="" />;
  return null;
};

/** A part of the stage in which the photo is zoomed and panned; two of them show the same part of it. */
export const Pane = (props: {
  readonly photo: Size | undefined;
  readonly label: string;
  readonly children: ComponentChildren;
}) => {
  const own = useRef<HTMLElement>(null);
  useGestures(own, props.photo);
  const { photo } = props;
  return (
    <section
      ref={own}
      class={view.value.kind === 'fit' ? 'pane' : 'pane zoomed'}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the same; a photo that is zoomed is panned by keys.
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.target === event.currentTarget && photo !== undefined && panByKey(event.key, photo))
          event.preventDefault();
      }}
    >
      {props.children}
    </section>
  );
};

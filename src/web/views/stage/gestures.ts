import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { density, pane } from '../../session/screen.js';
import { divider, mode, view } from '../../session/store.js';
import { dividerAt } from '../../viewer/divider.js';
import {
  FIT,
  type Point,
  pannedBy,
  type Size,
  visibleRect,
  zoomedBy,
  zoomedTo,
} from '../../viewer/geometry.js';
import { lifted, movement, noPointers, pressed } from '../../viewer/gesture.js';

/** What pointers, wheel and keys do to the view. */

export const middleOf = ({ width, height }: Size): Point => ({ x: width / 2, y: height / 2 });

export const zoomBy = (factor: number, photo: Size, at: Point = middleOf(pane.value)): void => {
  view.value = zoomedBy(view.value, factor, at, photo, pane.value);
};

/** Between the whole photo, and a photo's pixel on a pixel of the screen. */
export const toggleZoom = (photo: Size, at: Point = middleOf(pane.value)): void => {
  view.value = view.value.kind === 'fit' ? zoomedTo(FIT, 1 / density.value, at, photo, pane.value) : FIT;
};

const PAN = 60;

export const panByKey = (key: string, photo: Size): boolean => {
  const [dx, dy] =
    { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] }[key] ?? [];
  if (dx === undefined || dy === undefined || view.value.kind === 'fit') return false;
  view.value = pannedBy(view.value, dx, dy, photo, pane.value);
  return true;
};

const pointOf = (event: MouseEvent, element: Element): Point => {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
};

/** Lines and pages of a wheel, in pixels. */
const wheelPixels = ({ deltaY, deltaMode }: WheelEvent): number =>
  deltaY * (deltaMode === 1 ? 16 : deltaMode === 2 ? 400 : 1);

export const useGestures = (own: RefObject<HTMLElement>, photo: Size | undefined): void => {
  const pointers = useRef(noPointers);
  useEffect(() => {
    const element = own.current;
    if (element === null || photo === undefined) return;
    const divide = (at: Point): void => {
      divider.value = dividerAt(at.x, visibleRect(view.value, photo, pane.value));
    };
    const isDividing = (): boolean =>
      mode.value === 'split' && view.value.kind === 'fit' && pointers.current.size === 1;
    const onDown = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      // Synthetic pointers, as of tests and of some pens, cannot be captured; they are followed while they are over the pane.
      if (event.isTrusted) element.setPointerCapture(event.pointerId);
      pointers.current = pressed(pointers.current, event.pointerId, pointOf(event, element));
      if (isDividing()) divide(pointOf(event, element));
    };
    const onMove = (event: PointerEvent): void => {
      if (!pointers.current.has(event.pointerId)) return;
      const before = pointers.current;
      pointers.current = pressed(before, event.pointerId, pointOf(event, element));
      if (isDividing()) {
        divide(pointOf(event, element));
        return;
      }
      const { dx, dy, factor, at } = movement(before, pointers.current);
      if (factor !== 1) view.value = zoomedBy(view.value, factor, at, photo, pane.value);
      view.value = pannedBy(view.value, dx, dy, photo, pane.value);
    };
    const onUp = (event: PointerEvent): void => {
      pointers.current = lifted(pointers.current, event.pointerId);
    };
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      zoomBy(Math.exp(-wheelPixels(event) * (event.ctrlKey ? 0.01 : 0.0018)), photo, pointOf(event, element));
    };
    const onDouble = (event: MouseEvent): void => toggleZoom(photo, pointOf(event, element));
    const listeners = [
      ['pointerdown', onDown],
      ['pointermove', onMove],
      ['pointerup', onUp],
      ['pointercancel', onUp],
      ['wheel', onWheel],
      ['dblclick', onDouble],
    ] as const;
    for (const [name, listener] of listeners)
      element.addEventListener(name, listener as EventListener, { passive: false });
    return () => {
      for (const [name, listener] of listeners) element.removeEventListener(name, listener as EventListener);
    };
  }, [photo?.width, photo?.height, own]);
};

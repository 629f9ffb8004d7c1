import { useRef } from 'preact/hooks';
import { pane } from '../../session/screen.js';
import { divider, view } from '../../session/store.js';
import { texts } from '../../texts.js';
import { dividerAfterKey, dividerAt, dividerX } from '../../viewer/divider.js';
import { type Size, visibleRect } from '../../viewer/geometry.js';

const { stage } = texts;

/** The line between before and after: dragged by pointer or touch, moved by keys. */
export const Divider = ({ photo }: { readonly photo: Size }) => {
  const isDragged = useRef(false);
  const visible = visibleRect(view.value, photo, pane.value);
  const follow = (event: PointerEvent): void => {
    const { left } = (event.currentTarget as Element).parentElement!.getBoundingClientRect();
    divider.value = dividerAt(event.clientX - left, visible);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = dividerAfterKey(divider.value, event.key, event.shiftKey);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    divider.value = next;
  };
  return (
    <div
      class="divider"
      role="slider"
      tabIndex={0}
      aria-label={stage.divider}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(divider.value * 100)}
      aria-valuetext={stage.dividerAt(divider.value)}
      style={{
        transform: `translateX(${dividerX(divider.value, visible)}px)`,
        top: `${visible.y}px`,
        height: `${visible.height}px`,
      }}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.stopPropagation();
        if (event.isTrusted) event.currentTarget.setPointerCapture(event.pointerId);
        isDragged.current = true;
      }}
      onPointerMove={(event) => {
        if (isDragged.current) follow(event);
      }}
      onPointerUp={() => {
        isDragged.current = false;
      }}
      onPointerCancel={() => {
        isDragged.current = false;
      }}
    >
      <span class="divider-knob" />
    </div>
  );
};

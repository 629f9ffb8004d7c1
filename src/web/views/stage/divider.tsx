import { useRef } from 'preact/hooks';
import { pane } from '../../session/screen.js';
import { divider, view } from '../../session/store.js';
import { texts } from '../../texts.js';
import { dividerAfterKey, dividerAt, dividerX } from '../../viewer/divider.js';
import { type Rect, type Size, visibleRect } from '../../viewer/geometry.js';

const { stage } = texts;

interface Props {
  readonly label: string;
  /** Where it is, from 0 to 1 of what is visible. */
  readonly share: number;
  readonly visible: Rect;
  readonly onMove: (share: number) => void;
}

/** A line between two pictures: dragged by pointer or touch, moved by keys. */
export const DividerLine = ({ label, share, visible, onMove }: Props) => {
  const isDragged = useRef(false);
  const follow = (event: PointerEvent): void => {
    const { left } = (event.currentTarget as Element).parentElement!.getBoundingClientRect();
    onMove(dividerAt(event.clientX - left, visible));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = dividerAfterKey(share, event.key, event.shiftKey);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(next);
  };
  return (
    <div
      class="divider"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={stage.dividerAt(share)}
      style={{
        transform: `translateX(${dividerX(share, visible)}px)`,
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

/** The line between before and after. */
export const Divider = ({ photo }: { readonly photo: Size }) => (
  <DividerLine
    label={stage.divider}
    share={divider.value}
    visible={visibleRect(view.value, photo, pane.value)}
    onMove={(share) => {
      divider.value = share;
    }}
  />
);

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dialog } from '../../session/store.js';
import { Button } from '../button.js';

const close = (): void => {
  dialog.value = { kind: 'none' };
};

/** A window above the page, which keeps the focus until it is closed, and gives it back then. */
export const DialogFrame = (props: {
  readonly title: string;
  readonly closeLabel: string;
  /** Default: there is no dialog any more. */
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}) => {
  const own = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    own.current?.showModal();
  }, []);
  return (
    <dialog ref={own} class="dialog" aria-labelledby="dialog-title" onClose={props.onClose ?? close}>
      <div class="part-head">
        <h2 id="dialog-title">{props.title}</h2>
        <Button kind="icon" icon="close" label={props.closeLabel} onClick={() => own.current?.close()} />
      </div>
      {props.children}
    </dialog>
  );
};

import { useRef } from 'preact/hooks';
import { addFiles } from '../session/uploads.js';
import { Icon, type IconName } from './icons.js';

/** A button that opens the system's dialog for files, or for a folder. */
export const Pick = ({
  label,
  icon,
  kind = 'plain',
  isFolder = false,
}: {
  readonly label: string;
  readonly icon: IconName;
  readonly kind?: 'plain' | 'primary' | 'icon' | 'add';
  readonly isFolder?: boolean;
}) => {
  const input = useRef<HTMLInputElement>(null);
  const onChange = (): void => {
    const files = [...(input.current?.files ?? [])];
    if (input.current !== null) input.current.value = '';
    addFiles(files);
  };
  const isIcon = kind === 'icon' || kind === 'add';
  return (
    <>
      <button
        type="button"
        class={`button ${kind}`}
        aria-label={isIcon ? label : undefined}
        title={isIcon ? label : undefined}
        onClick={() => input.current?.click()}
      >
        <Icon name={icon} />
        {isIcon ? null : <span>{label}</span>}
      </button>
      <input
        ref={input}
        type="file"
        class="hidden-input"
        tabIndex={-1}
        aria-label={label}
        multiple
        onChange={onChange}
        {...(isFolder ? { webkitdirectory: true } : { accept: 'image/*,.tif,.tiff,.heic,.avif,.jxl,.hdr' })}
      />
    </>
  );
};

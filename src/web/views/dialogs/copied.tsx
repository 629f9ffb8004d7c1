import { useRef, useState } from 'preact/hooks';
import { announced } from '../../session/store.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';

const { preset: labels } = texts;

/** A command with a button that copies it; where the browser lets nothing be copied, it is marked, to be copied by hand. */
export const Copied = ({ title, text }: { readonly title: string; readonly text: string }) => {
  const own = useRef<HTMLElement>(null);
  const [isCopied, setCopied] = useState(false);
  const mark = (): void => {
    if (own.current !== null) getSelection()?.selectAllChildren(own.current);
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announced.value = texts.notices.copied;
      setTimeout(() => setCopied(false), 2000);
    } catch {
      mark();
    }
  };
  return (
    <div class="copied">
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long commands are scrolled by keys. */}
      <pre tabIndex={0}>
        <code ref={own}>{text}</code>
      </pre>
      <Button icon="copy" label={labels.copy(title)} onClick={() => void copy()}>
        {isCopied ? labels.copied : labels.copyShort}
      </Button>
    </div>
  );
};

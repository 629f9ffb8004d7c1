import type { ComponentChildren } from 'preact';
import { definedOnly } from '../../ports/defined.js';
import { Icon, type IconName } from './icons.js';

interface Props {
  readonly label: string;
  readonly icon?: IconName;
  readonly onClick?: () => void;
  readonly isPressed?: boolean;
  /** Greyed out, with the reason as its description; it can still be reached, so that the reason can be read. */
  readonly why?: string | undefined;
  readonly kind?: 'plain' | 'primary' | 'icon' | 'quiet';
  readonly shortcut?: string;
  readonly children?: ComponentChildren;
  readonly isExpanded?: boolean;
}

/** A button with an icon, with words, or both. What it says to readers is `label` in any case. */
export const Button = ({
  label,
  icon,
  onClick,
  isPressed,
  why,
  kind = 'plain',
  shortcut,
  children,
  isExpanded,
}: Props) => (
  <button
    type="button"
    class={`button ${kind}`}
    aria-label={kind === 'icon' || children !== undefined ? label : undefined}
    title={why ?? (kind === 'icon' ? (shortcut === undefined ? label : `${label} (${shortcut})`) : shortcut)}
    aria-pressed={isPressed}
    aria-expanded={isExpanded}
    aria-disabled={why !== undefined}
    onClick={why === undefined ? onClick : undefined}
  >
    {icon === undefined ? null : <Icon name={icon} />}
    {kind === 'icon' ? null : <span>{children ?? label}</span>}
  </button>
);

interface Choice<A extends string> {
  readonly value: A;
  readonly label: string;
  readonly icon: IconName;
  readonly shortcut?: string;
}

/** One of a few, as a row of buttons. */
export const Choices = <A extends string>(props: {
  readonly label: string;
  readonly value: A;
  readonly choices: readonly Choice<A>[];
  readonly onChoose: (value: A) => void;
}) => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons in every browser.
  <div class="choices" role="group" aria-label={props.label}>
    {props.choices.map(({ value, label, icon, shortcut }) => (
      <Button
        key={value}
        kind="icon"
        label={label}
        icon={icon}
        isPressed={value === props.value}
        onClick={() => props.onChoose(value)}
        {...definedOnly({ shortcut })}
      />
    ))}
  </div>
);

import { useId, useState } from 'preact/hooks';
import type { Json, ParameterSchema } from '../../api/types.js';
import { type Dial, dialOf, typedNumber } from '../../state/dials.js';
import { titleOf } from '../../state/names.js';
import { texts } from '../../texts.js';
import { Icon } from '../icons.js';

interface Props {
  readonly name: string;
  readonly schema: ParameterSchema;
  readonly value: Json | undefined;
  readonly onChange: (value: Json) => void;
}

const textOf = (value: Json | undefined, digits: number): string =>
  typeof value === 'number' ? value.toFixed(digits) : String(value ?? '');

/** The field beside a range: what is being typed stays as it is until it is a number. */
const NumberField = (
  props: Props & { readonly dial: Extract<Dial, { kind: 'number' }>; readonly id: string },
) => {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const { dial, value, onChange, id } = props;
  return (
    <input
      id={id}
      class="dial-field"
      inputMode="decimal"
      autocomplete="off"
      aria-label={titleOf(props.name)}
      value={typed ?? textOf(value, dial.digits)}
      onInput={({ currentTarget }) => {
        setTyped(currentTarget.value);
        const number = typedNumber(currentTarget.value, dial);
        if (number !== undefined) onChange(number);
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
};

const NumberDial = (props: Props & { readonly dial: Extract<Dial, { kind: 'number' }> }) => {
  const id = useId();
  const { dial, name, value, onChange } = props;
  const isRange = dial.least !== undefined && dial.most !== undefined;
  const share = isRange ? (Number(value) - dial.least) / Math.max(1e-9, dial.most - dial.least) : 0;
  return (
    <>
      <label for={id}>{titleOf(name)}</label>
      <NumberField {...props} id={isRange ? `${id}-field` : id} />
      {isRange ? (
        <input
          id={id}
          class="dial-range"
          type="range"
          min={dial.least}
          max={dial.most}
          step={dial.step}
          value={Number(value)}
          style={{ '--share': `${share * 100}%` }}
          onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
        />
      ) : null}
    </>
  );
};

const SwitchDial = ({ name, value, onChange }: Props) => {
  const id = useId();
  return (
    <>
      <label for={id}>{titleOf(name)}</label>
      <input
        id={id}
        type="checkbox"
        class="dial-switch"
        checked={value === true}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </>
  );
};

const ChoiceDial = ({ name, value, onChange, choices }: Props & { readonly choices: readonly Json[] }) => {
  const id = useId();
  return (
    <>
      <label for={id}>{titleOf(name)}</label>
      <select
        id={id}
        value={choices.indexOf(value ?? null)}
        onChange={({ currentTarget }) => onChange(choices[Number(currentTarget.value)] ?? null)}
      >
        {choices.map((choice, index) => (
          <option key={String(choice)} value={index}>
            {titleOf(String(choice))}
          </option>
        ))}
      </select>
    </>
  );
};

const TextDial = ({ name, value, onChange }: Props) => {
  const id = useId();
  return (
    <>
      <label for={id}>{titleOf(name)}</label>
      <input
        id={id}
        class="dial-text"
        value={String(value ?? '')}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </>
  );
};

const Control = (props: Props) => {
  const dial = dialOf(props.schema);
  switch (dial.kind) {
    case 'number':
      return <NumberDial {...props} dial={dial} />;
    case 'switch':
      return <SwitchDial {...props} />;
    case 'choice':
      return <ChoiceDial {...props} choices={dial.choices} />;
    case 'text':
      return <TextDial {...props} />;
  }
};

/** A parameter of an edit, and the way back to its default. */
export const DialView = (props: Props) => {
  const { schema, name, value, onChange } = props;
  const usual = schema.default;
  const isUsual = usual === undefined || usual === value;
  return (
    <div class="dial" title={schema.description}>
      <Control {...props} />
      <button
        type="button"
        class="dial-reset"
        aria-label={texts.dial.reset(titleOf(name), String(usual))}
        title={texts.dial.reset(titleOf(name), String(usual))}
        hidden={isUsual}
        onClick={() => onChange(usual ?? null)}
      >
        <Icon name="reset" />
      </button>
    </div>
  );
};

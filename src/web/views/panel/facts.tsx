import type { Notice, PhotoInfo } from '../../api/types.js';
import { full } from '../../session/full.js';
import { shown } from '../../session/previews.js';
import { areFactsShown, chosenInfo, dialog, edits, editsKey } from '../../session/store.js';
import { seamsOf } from '../../state/notes.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';

const { facts: labels, format } = texts;

const Row = ({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

const Metadata = ({ of }: { readonly of: PhotoInfo['facts']['metadata'] }) =>
  of.length === 0 ? (
    <span>{labels.noMetadata}</span>
  ) : (
    <ul>
      {of.map(({ kind, bytes }, index) => (
        <li key={index}>
          {kind} <span class="muted">{format.bytes(bytes)}</span>
        </li>
      ))}
    </ul>
  );

const Warnings = ({ of }: { readonly of: readonly Notice[] }) =>
  of.length === 0 ? (
    <span>{labels.noWarnings}</span>
  ) : (
    <ul>
      {of.map(({ code, message, hint }) => (
        <li key={`${code} ${message}`} class="warning">
          {message}
          {hint === undefined ? null : <span class="muted"> {hint}</span>}
        </li>
      ))}
    </ul>
  );

const Receipt = () => {
  const id = full.value?.key === editsKey.value ? full.value.edited.receipt : undefined;
  if (id === undefined) return <span class="muted">{labels.fullWait}</span>;
  return (
    <Button
      label={labels.receiptShow}
      kind="quiet"
      onClick={() => {
        dialog.value = { kind: 'receipt', id };
      }}
    />
  );
};

/** Seams are checked where a photo is done at full size; previews are small enough to be done in one piece. */
const Seams = () => {
  const edited = full.value?.key === editsKey.value ? full.value.edited : undefined;
  if (edited === undefined) return <span class="muted">{labels.fullWait}</span>;
  const seams = seamsOf(edited.notes);
  if (seams === undefined) return <span>{labels.seamsNone}</span>;
  return (
    <span class={seams.isPassed ? '' : 'warning'}>
      {labels.seamsFound(seams.isPassed, seams.difference, seams.bound)}
    </span>
  );
};

const Edited = () => {
  if (edits.value.length === 0) return null;
  const milliseconds = shown.value?.milliseconds;
  return (
    <>
      <Row name={labels.seams}>
        <Seams />
      </Row>
      <Row name={labels.receipt}>
        <Receipt />
      </Row>
      {milliseconds === undefined ? null : <Row name={labels.time}>{Math.round(milliseconds)} ms</Row>}
    </>
  );
};

export const Facts = () => {
  const info = chosenInfo.value;
  if (info === undefined) return null;
  const { facts } = info;
  const after =
    full.value?.key === editsKey.value ? full.value.edited.warnings : (shown.value?.warnings ?? []);
  return (
    <details
      class="panel-part facts-part"
      open={areFactsShown.value}
      onToggle={({ currentTarget }) => {
        areFactsShown.value = currentTarget.open;
        if (currentTarget.open) currentTarget.scrollIntoView({ block: 'nearest' });
      }}
    >
      <summary>
        <h2>{labels.title}</h2>
      </summary>
      <dl>
        <Row name={labels.file}>{info.name}</Row>
        <Row name={labels.size}>
          {info.width} × {info.height}
          <span class="muted"> {format.bytes(info.bytes)}</span>
        </Row>
        <Row name={labels.format}>
          {(facts.format ?? info.type).toUpperCase()}
          {facts.depth === undefined ? '' : `, ${labels.bits(facts.depth)}`}
          {facts.panorama ? (
            <span class="muted"> {facts.stereo ? labels.kind.stereo : labels.kind.panorama}</span>
          ) : null}
        </Row>
        <Row name={labels.profile}>{facts.profile ?? labels.noProfile}</Row>
        <Row name={labels.metadata}>
          <Metadata of={facts.metadata} />
        </Row>
        <Edited />
        <Row name={labels.warnings}>
          <Warnings of={[...facts.warnings, ...(edits.value.length === 0 ? [] : after)]} />
        </Row>
        <Row name={labels.expires}>
          <time dateTime={info.expires}>{new Date(info.expires).toLocaleString()}</time>
        </Row>
      </dl>
    </details>
  );
};

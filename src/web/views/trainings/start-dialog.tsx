import { useEffect, useId, useState } from 'preact/hooks';
import type { PictureFolder, Recipe, Recipes } from '../../api/training-types.js';
import * as client from '../../api/trainings.js';
import type { Json, ParameterSchema, Problem, Values } from '../../api/types.js';
import { chooseTraining, noteTraining } from '../../session/trainings.js';
import { titleOf } from '../../state/names.js';
import { texts } from '../../texts.js';
import { DialogFrame } from '../dialogs/dialog.js';
import { FormProblem } from '../dialogs/form-problem.js';
import { Icon } from '../icons.js';
import { DialView } from '../panel/dial.js';

const labels = texts.trainings.form;

const propertiesOf = ({
  parameters: { properties = {} },
}: Recipe): readonly (readonly [string, ParameterSchema])[] => Object.entries(properties);

const usualOf = (recipe: Recipe): Values =>
  Object.fromEntries(
    propertiesOf(recipe).flatMap(([name, { default: usual }]) =>
      usual === undefined ? [] : [[name, usual]],
    ),
  );

/** `train-look` as a name for what is learned: "look". */
const nameOf = ({ name }: Recipe): string => name.replace(/^train-/, '');

const FolderField = (props: {
  readonly name: string;
  readonly about: string;
  readonly value: string;
  readonly folders: readonly PictureFolder[];
  readonly onChange: (path: string) => void;
}) => {
  const id = useId();
  return (
    <>
      <label for={id}>{titleOf(props.name)}</label>
      <select
        id={id}
        value={props.value}
        required
        aria-describedby={`${id}-about`}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
      >
        <option value="">{labels.choose}</option>
        {props.folders.map(({ path, name, pictures }) => (
          <option key={path} value={path}>
            {labels.folder(name, pictures)}
          </option>
        ))}
      </select>
      <p id={`${id}-about`} class="muted">
        {props.about}
      </p>
    </>
  );
};

const Parameters = (props: {
  readonly recipe: Recipe;
  readonly values: Values;
  readonly onChange: (name: string, value: Json) => void;
}) => (
  <details class="training-parameters">
    <summary>{labels.parameters}</summary>
    {propertiesOf(props.recipe).map(([name, schema]) => (
      <div key={name}>
        <DialView
          name={name}
          schema={schema}
          value={props.values[name] ?? schema.default}
          onChange={(value) => props.onChange(name, value)}
        />
        <p class="muted">{schema.description}</p>
      </div>
    ))}
  </details>
);

const NameField = ({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (name: string) => void;
}) => {
  const id = useId();
  return (
    <>
      <label for={id}>{labels.name}</label>
      <input
        id={id}
        value={value}
        required
        maxLength={60}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <p id={`${id}-hint`} class="muted">
        {labels.nameHint(value)}
      </p>
    </>
  );
};

const RecipeField = (props: {
  readonly recipes: readonly Recipe[];
  readonly recipe: Recipe;
  readonly onChange: (recipe: Recipe) => void;
}) => {
  const id = useId();
  return (
    <>
      <label for={id}>{labels.recipe}</label>
      <select
        id={id}
        value={props.recipe.name}
        aria-describedby={`${id}-about`}
        onChange={({ currentTarget: { value } }) => {
          const next = props.recipes.find(({ name }) => name === value);
          if (next !== undefined) props.onChange(next);
        }}
      >
        {props.recipes.map(({ name }) => (
          <option key={name} value={name}>
            {titleOf(name.replace(/^train-/, ''))}
          </option>
        ))}
      </select>
      <p id={`${id}-about`} class="muted">
        {props.recipe.about}
      </p>
    </>
  );
};

/** What is learned first, until something else is chosen: it needs no more than photos before and after. */
const FIRST = 'train-look';

const Form = ({ known, onClose }: { readonly known: Recipes; readonly onClose: () => void }) => {
  const [recipe, setRecipe] = useState<Recipe | undefined>(
    () =>
      known.recipes.find(({ source }) => source === 'file') ??
      known.recipes.find(({ name }) => name === FIRST) ??
      known.recipes[0],
  );
  const [name, setName] = useState<string | undefined>(undefined);
  const [folders, setFolders] = useState<Readonly<Record<string, string>>>({});
  const [values, setValues] = useState<Values>({});
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  if (recipe === undefined) return null;
  const kept = name ?? nameOf(recipe);
  const begin = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await client.startTraining({
      recipe: recipe.name,
      name: kept,
      folders: Object.fromEntries(recipe.folders.map((each) => [each.name, folders[each.name] ?? ''])),
      parameters: { ...usualOf(recipe), ...values },
    });
    if (answer.kind === 'refused') setProblem(answer.problem);
    if (answer.kind !== 'given') return;
    noteTraining(answer.value);
    chooseTraining(answer.value.id);
    onClose();
  };
  return (
    <form onSubmit={(event) => void begin(event)}>
      <RecipeField
        recipes={known.recipes}
        recipe={recipe}
        onChange={(next) => {
          setRecipe(next);
          setValues({});
          setProblem(undefined);
        }}
      />
      {known.folders.length === 0 ? <p class="training-no-folders">{labels.noFolders}</p> : null}
      {recipe.folders.map((each) => (
        <FolderField
          key={`${recipe.name} ${each.name}`}
          {...each}
          value={folders[each.name] ?? ''}
          folders={known.folders}
          onChange={(path) => setFolders({ ...folders, [each.name]: path })}
        />
      ))}
      <NameField value={kept} onChange={setName} />
      <Parameters
        key={recipe.name}
        recipe={recipe}
        values={values}
        onChange={(which, value) => setValues({ ...values, [which]: value })}
      />
      <FormProblem problem={problem} />
      <button type="submit" class="button primary">
        <Icon name="play" />
        <span>{labels.begin}</span>
      </button>
    </form>
  );
};

/** Starts a training: a recipe, the folders that it learns from, and its parameters. */
export const StartDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [known, setKnown] = useState<Recipes | undefined>(undefined);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  useEffect(() => {
    void client.recipes().then((answer) => {
      if (answer.kind === 'given') setKnown(answer.value);
      if (answer.kind === 'refused') setProblem(answer.problem);
    });
  }, []);
  return (
    <DialogFrame title={labels.title} closeLabel={labels.close} onClose={onClose}>
      {known === undefined && problem === undefined ? <p class="muted">{labels.loading}</p> : null}
      <FormProblem problem={problem} />
      {known === undefined ? null : <Form known={known} onClose={onClose} />}
    </DialogFrame>
  );
};

import type { Explanations } from '../explanation.js';

/** Where it stands what may be written. */
const WHERE_VALUES_ARE_LISTED =
  '`pipe ops NAME` lists the parameters of an operator; those of a pipeline stand under `params:` in its file; `pipe schema` describes a whole file.';

/** Codes of the pipeline language: parsing, checking, planning. */
export const pipelineCodes = {
  'yaml/syntax': {
    title: 'The file is not valid YAML 1.2',
    remedy:
      'The excerpt shows where the parser stopped; often the indentation there or in the line above is off.',
    disposition: 'permanent',
  },
  'yaml/encoding': {
    title: 'The file is not written in UTF-8',
    remedy: 'Save it as UTF-8: editors have that under “Save as” or “Encoding”.',
    disposition: 'permanent',
  },
  'yaml/empty': {
    title: 'The file is empty',
    remedy: '`pipe new` writes a pipeline to start from.',
    disposition: 'permanent',
  },
  'yaml/too-large': {
    title: 'The file is larger than a pipeline may be',
    remedy: 'A pipeline has at most 1 MiB. Is this the right file?',
    disposition: 'permanent',
  },
  'yaml/too-deep': {
    title: 'Lists and mappings are nested too deep',
    remedy: 'A pipeline needs no more than a few levels.',
    disposition: 'permanent',
  },
  'yaml/too-many-values': {
    title: 'The file holds too many values once its aliases are put in',
    remedy: 'Aliases that repeat aliases multiply: write the values out, or use a parameter.',
    disposition: 'permanent',
  },
  'yaml/alias': {
    title: 'An alias repeats nothing, or itself',
    remedy:
      'An alias (*name) stands after the value that is marked with its anchor (&name), and outside of it.',
    disposition: 'permanent',
  },
  'yaml/merge-key': {
    title: 'Merge keys (<<) are not part of YAML 1.2',
    remedy: 'Write the entries out.',
    disposition: 'permanent',
  },
  'yaml/tag': {
    title: 'A tag that YAML core does not have',
    remedy: 'Remove the tag: values are told apart by how they are written.',
    disposition: 'permanent',
  },
  'yaml/directive': {
    title: 'A YAML directive',
    remedy: 'Remove the line that begins with %: files are always YAML 1.2.',
    disposition: 'permanent',
  },
  'yaml/key': {
    title: 'A key is not a text',
    remedy: 'Put the key in quotes if it is meant to be a text.',
    disposition: 'permanent',
  },
  'yaml/unsafe-key': {
    title: 'A key that JavaScript gives a meaning of its own',
    remedy: 'Choose another name.',
    disposition: 'permanent',
  },
  'yaml/duplicate-key': {
    title: 'A key stands twice in one mapping',
    remedy: 'Remove one of the two.',
    disposition: 'permanent',
  },
  'yaml/several-documents': {
    title: 'The file holds more than one YAML document',
    remedy: 'Put several pipelines under `pipelines:`, or in files of their own.',
    disposition: 'permanent',
  },
  'value/unknown-key': {
    title: 'A key that is not known at this place',
    remedy: WHERE_VALUES_ARE_LISTED,
    disposition: 'permanent',
  },
  'value/missing': {
    title: 'Something that must be given is not there',
    remedy: WHERE_VALUES_ARE_LISTED,
    disposition: 'permanent',
  },
  'value/type': {
    title: 'A value is of the wrong kind',
    remedy: WHERE_VALUES_ARE_LISTED,
    disposition: 'permanent',
  },
  'value/range': {
    title: 'A number is out of its range',
    remedy: WHERE_VALUES_ARE_LISTED,
    disposition: 'permanent',
  },
  'value/choice': {
    title: 'A value is none of those that it can be',
    remedy: WHERE_VALUES_ARE_LISTED,
    disposition: 'permanent',
  },
  'value/invalid': {
    title: 'A value does not make sense here',
    remedy: WHERE_VALUES_ARE_LISTED,
    disposition: 'permanent',
  },
  'pipeline/not-found': {
    title: 'There is no such pipeline',
    remedy: 'Give the path of a YAML file, or the name of a pipeline in the pipelines.yaml of this folder.',
    disposition: 'permanent',
  },
  'pipeline/unreadable': {
    title: 'The pipeline’s file cannot be read',
    remedy: 'The message is the system’s own.',
    disposition: 'permanent',
  },
  'pipeline/several': {
    title: 'The file holds several pipelines, and none was chosen',
    remedy: 'Name one: `pipe run FILE#NAME`.',
    disposition: 'permanent',
  },
  'pipeline/name': {
    title: 'A name that cannot be used',
    remedy: 'Names begin with a letter and go on with letters, digits, `-` and `_`.',
    disposition: 'permanent',
  },
  'pipeline/too-many-steps': {
    title: 'A file has more steps than a pipeline needs',
    remedy:
      'Do the same in fewer steps, or in several files, each of which reads what the one before it wrote.',
    disposition: 'permanent',
  },
  'pipeline/no-sink': {
    title: 'The results of the pipeline go nowhere',
    remedy: 'End with an operator that keeps them, such as `save` or `report`.',
    disposition: 'permanent',
  },
  'pipeline/plugin': {
    title: 'A plugin cannot be loaded',
    remedy: 'A plugin is a JavaScript module that exports what `defineOp` gives.',
    disposition: 'permanent',
  },
  'param/unknown': {
    title: 'A parameter that the pipeline does not declare',
    remedy: 'Declare it under `params:`, or write `$$` for a dollar sign.',
    disposition: 'permanent',
  },
  'param/missing': {
    title: 'A parameter has no value',
    remedy: 'Give it with `--set name=value`, or a `default` in the file.',
    disposition: 'permanent',
  },
  'step/shape': {
    title: 'A step is not written as one',
    remedy: 'A step is the name of an operator, alone or with a colon and its parameters.',
    disposition: 'permanent',
  },
  'step/unknown-operator': {
    title: 'There is no operator of this name',
    remedy: '`pipe ops` lists all operators.',
    disposition: 'permanent',
  },
  'step/no-source': {
    title: 'A pipeline begins with an operator that needs something to work on',
    remedy: 'Begin with a source such as `files`, or with the name of a stream.',
    disposition: 'permanent',
  },
  'step/not-first': {
    title: 'A source, a join or a stream stands after the first step',
    remedy: 'Make it the first step, or give it a stream of its own under `streams:`.',
    disposition: 'permanent',
  },
  'step/port-mismatch': {
    title: 'A step gives something that the next one does not take',
    remedy:
      'Put a step between them that turns the one into the other; `pipe ops` lists what each takes and gives.',
    disposition: 'permanent',
  },
  'stream/unknown': {
    title: 'There is no stream of this name',
    remedy: 'Declare it under `streams:`.',
    disposition: 'permanent',
  },
  'stream/unused': {
    title: 'A stream that nothing reads',
    remedy: 'Use it, or remove it.',
    disposition: 'permanent',
  },
  'stream/name-taken': {
    title: 'A stream has the name of an operator',
    remedy: 'Rename the stream.',
    disposition: 'permanent',
  },
  'stream/cycle': {
    title: 'Streams that read each other in a circle',
    remedy: 'A stream can only be made of streams that do not need it.',
    disposition: 'permanent',
  },
  'stream/beside-items': {
    title: 'A stream that is read beside items is made of the same photos as they are',
    remedy:
      'Begin the stream with a source of its own, which gives other photos: `files: { in: photos, split: { every: 10, give: validation } }`.',
    disposition: 'permanent',
  },
  'file/missing': {
    title: 'A file or folder that the pipeline reads is not there',
    remedy:
      'Relative paths start at the folder of the pipeline’s file; paths given with --set at the working directory.',
    disposition: 'permanent',
  },
  'file/none': {
    title: 'There is nothing to work on',
    remedy: 'Check the folder and the pattern (`match`) of the source.',
    disposition: 'permanent',
  },
  'file/unreadable': {
    title: 'A file cannot be read',
    remedy: 'The message is the system’s own.',
    disposition: 'transient',
  },
  'file/changing': {
    title: 'A file kept changing while it was worked on',
    remedy: 'Run it again when whoever writes the file is done; `pipe watch` waits for that by itself.',
    disposition: 'transient',
  },
  'file/left-out': {
    title: 'Files were left out, since nothing here reads them',
    remedy:
      'Convert them first if they are photos. `match` of the source chooses files by their names instead of by what they are.',
    disposition: 'permanent',
  },
  'file/same-output': {
    title: 'Two items would write one file',
    remedy:
      'Name results by what tells the sources apart: `{path}` and `{folder}` by their folders, `{sourceExt}` by their extensions, `{index}` by their order.',
    disposition: 'transient',
  },
  'file/outside': {
    title: 'A result would be written outside its folder',
    remedy: 'Name the folder by a parameter of type path.',
    disposition: 'transient',
  },
  'file/over-source': {
    title: 'A result would be written over its own source, or among photos that are read',
    remedy: 'Write to another folder.',
    disposition: 'transient',
  },
  'file/exists': {
    title: 'A result would be written over a file that no run wrote',
    remedy: 'Write to another folder, move that file away, or say `overwrite: true` at `save`.',
    disposition: 'transient',
  },
  'file/changed': {
    title: 'A result was changed since a run wrote it',
    remedy:
      'If nobody edited it, it is damaged: remove it, and the next run makes it again. `overwrite: true` at `save` replaces it as well.',
    disposition: 'transient',
  },
  'file/in-the-way': {
    title: 'Something that is no file stands where a result should go',
    remedy:
      'Remove it or write to another folder: links, folders, pipes and devices are never written over or through.',
    disposition: 'transient',
  },
  'file/reserved': {
    title: 'A result would be written among the records of what was done',
    remedy: 'Rename the source, or give results other names: `.prismflow` is not for them.',
    disposition: 'transient',
  },
} as const satisfies Explanations;

import protobuf from 'protobufjs/light.js';

/** ONNX models as strangers could send them, written field by field, since no tool writes such ones. */

type Written = Uint8Array;

const message = (...fields: readonly (readonly [number, Written | string | number])[]): Written => {
  const writer = protobuf.Writer.create();
  for (const [field, value] of fields)
    if (typeof value === 'number') writer.uint32(field << 3).uint64(value);
    else if (typeof value === 'string') writer.uint32((field << 3) | 2).string(value);
    else writer.uint32((field << 3) | 2).bytes(value);
  return writer.finish();
};

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

export const tensor = (
  name: string,
  type: number,
  dims: readonly number[],
  raw: Written,
  ...more: readonly (readonly [number, Written | number])[]
): Written => message(...dims.map((dim) => [1, dim] as const), [2, type], [8, name], [9, raw], ...more);

const value = (name: string, type: number, dims: readonly (number | string)[]): Written => {
  const shape = message(
    ...dims.map((dim) => [1, typeof dim === 'number' ? message([1, dim]) : message([2, dim])] as const),
  );
  return message([1, name], [2, message([1, message([1, type], [2, shape])])]);
};

const node = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...attributes: readonly Written[]
): Written =>
  message(
    ...inputs.map((name) => [1, name] as const),
    ...outputs.map((name) => [2, name] as const),
    [4, operator],
    ...attributes.map((attribute) => [5, attribute] as const),
  );

/** An attribute that is a graph. */
export const graphAttribute = (name: string, graph: Written): Written =>
  message([1, name], [6, graph], [20, 5]);

export const graph = (
  nodes: readonly Written[],
  initializers: readonly Written[],
  inputs: readonly Written[],
  outputs: readonly Written[],
): Written =>
  message(
    ...nodes.map((each) => [1, each] as const),
    [2, 'g'],
    ...initializers.map((each) => [5, each] as const),
    ...inputs.map((each) => [11, each] as const),
    ...outputs.map((each) => [12, each] as const),
  );

export const model = (of: Written): Written => message([1, 8], [7, of], [8, message([1, ''], [2, 17])]);

const picture = (name: string): Written => value(name, FLOAT, [1, 3, 'h', 'w']);
const floats = (...of: readonly number[]): Written => new Uint8Array(Float32Array.from(of).buffer);
const int64 = (of: bigint): Written => new Uint8Array(BigInt64Array.from([of]).buffer);

/** A loop around these nodes, from `s` to `so`, 2^62 times. */
const looped = (
  nodes: readonly Written[],
  initializers: readonly Written[],
  shape: readonly (number | string)[],
): Written => {
  const body = graph(
    [node('Identity', ['cin'], ['cout']), ...nodes],
    initializers,
    [value('it', INT64, []), value('cin', BOOL, []), value('s', FLOAT, shape)],
    [value('cout', BOOL, []), value('so', FLOAT, shape)],
  );
  return node('Loop', ['m', 'c', 'x'], ['l'], graphAttribute('body', body));
};

const turns = [tensor('m', INT64, [], int64(2n ** 62n)), tensor('c', BOOL, [], Uint8Array.of(1))];

/** A model of some hundred bytes that runs for ever. */
export const endlessModel = (): Written =>
  model(
    graph(
      [
        looped([node('Mul', ['s', 'one'], ['so'])], [tensor('one', FLOAT, [1], floats(1))], [1, 3, 'h', 'w']),
        node('Identity', ['l'], ['y']),
      ],
      turns,
      [picture('x')],
      [picture('y')],
    ),
  );

/** A model whose value is twice as large after each turn of its loop. */
export const growingModel = (): Written =>
  model(
    graph(
      [
        looped(
          [node('Concat', ['s', 's'], ['so'], message([1, 'axis'], [3, 3], [20, 2]))],
          [],
          [1, 3, 'h', 'v'],
        ),
        node('Identity', ['l'], ['y']),
      ],
      turns,
      [picture('x')],
      [value('y', FLOAT, [1, 3, 'h', 'z'])],
    ),
  );

/** A model with this tensor among its constants, a graph deep inside others if that is said. */
export const modelWith = (given: Written, depth = 0): Written => {
  const inner = (left: number): Written =>
    left === 0
      ? graph([node('Identity', ['x'], ['y'])], [given], [picture('x')], [picture('y')])
      : graph(
          [node('If', ['c'], ['y'], graphAttribute('then_branch', inner(left - 1)))],
          [],
          [picture('x')],
          [picture('y')],
        );
  return model(inner(depth));
};

/** A tensor that says that its data are in another file. */
export const external = (location: string): Written =>
  message([1, 3], [2, FLOAT], [8, 'w'], [13, message([1, 'location'], [2, location])], [14, 1]);

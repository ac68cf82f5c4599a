/**
 * Where the patches of several pictures lie, computed in the graph from the pictures' grids: what
 * transformers.js feeds is the grid alone, where our own runtime makes rotations and windows beside it.
 */
import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import {
  Add,
  Cast,
  Concat,
  CumSum,
  Div,
  Expand,
  Gather,
  LessOrEqual,
  Mod,
  Mul,
  Range,
  ReduceMax,
  ReduceSum,
  Reshape,
  ScatterElements,
  Shape,
  Squeeze,
  Sub,
  Unsqueeze,
} from '../../onnx/ops.ts';
import { DATA_TYPE } from '../../onnx/schema.ts';
import type { HostTensor } from '../../tensor/tensor.ts';
import type { PatchGroups, PatchPlaces, QwenVisionConfig } from '../qwen-vision.ts';
import { inverseFrequencies } from '../rotary.ts';

/** int64 `[pictures]` each. */
interface Pictures {
  readonly time: Value;
  /** Image tokens of a side. */
  readonly height: Value;
  readonly width: Value;
  /** Patches of a moment. */
  readonly frame: Value;
}

/** int64 `[patches]` each. */
interface Patches {
  /** The picture that the patch belongs to. */
  readonly picture: Value;
  /** The moment within the picture, and the patch's index within that. */
  readonly moment: Value;
  readonly index: Value;
  /** Row and column of the patch's image token, and the patch's index within that. */
  readonly row: Value;
  readonly column: Value;
  readonly sub: Value;
}

/**
 * Places of `pixels` [patches, …] by `grids` int64 [pictures, 3]: a picture's patches in time, height and
 * width, as Hugging Face's processor gives them. `largestSide`: patches of a picture's longer side.
 */
export function gridPlaces(
  g: GraphBuilder,
  config: QwenVisionConfig,
  pixels: Value,
  grids: Value,
  largestSide: number,
): PatchPlaces {
  const pictures = picturesOf(g, config, grids);
  const patches = patchesOf(g, config, pixels, pictures);
  return {
    ...rotations(g, config, patches, largestSide),
    windows: config.windows && windowsOf(g, config, config.windows.side, pictures, patches),
    frames: framesOf(g, pictures, patches),
  };
}

function picturesOf(g: GraphBuilder, { mergeSize }: QwenVisionConfig, grids: Value): Pictures {
  const [time, patchRows, patchColumns] = [0, 1, 2].map((axis) =>
    Gather(g, grids, g.int64(axis), 1),
  ) as [Value, Value, Value];
  return {
    time,
    height: Div(g, patchRows, g.int64(mergeSize)),
    width: Div(g, patchColumns, g.int64(mergeSize)),
    frame: Mul(g, patchRows, patchColumns),
  };
}

function patchesOf(
  g: GraphBuilder,
  { mergeSize }: QwenVisionConfig,
  pixels: Value,
  { time, width, frame }: Pictures,
): Patches {
  const all = Range(g, Squeeze(g, Shape(g, pixels, 0, 1), [0]));
  const counts = Mul(g, time, frame);
  const ends = CumSum(g, counts, 0);
  // As many pictures as end at or before a patch stand before its own.
  const behind = LessOrEqual(g, Unsqueeze(g, ends, [0]), Unsqueeze(g, all, [1]));
  const picture = ReduceSum(g, Cast(g, behind, DATA_TYPE.int64), [1]);
  const inPicture = Sub(g, all, Gather(g, Sub(g, ends, counts), picture));
  const index = Mod(g, inPicture, Gather(g, frame, picture));
  const unit = g.int64(mergeSize ** 2);
  const token = Div(g, index, unit);
  const across = Gather(g, width, picture);
  return {
    picture,
    moment: Div(g, inPicture, Gather(g, frame, picture)),
    index,
    row: Div(g, token, across),
    column: Mod(g, token, across),
    sub: Mod(g, index, unit),
  };
}

/** The first half of the frequencies turns by the patch's row, the second by its column. */
function rotations(
  g: GraphBuilder,
  { hiddenSize, heads, mergeSize, ropeTheta }: QwenVisionConfig,
  { row, column, sub }: Patches,
  largestSide: number,
): Pick<PatchPlaces, 'cos' | 'sin'> {
  const frequencies = inverseFrequencies(ropeTheta, hiddenSize / heads / 2);
  const side = g.int64(mergeSize);
  const y = Add(g, Mul(g, row, side), Div(g, sub, side));
  const x = Add(g, Mul(g, column, side), Mod(g, sub, side));
  const rotation = (name: string, f: (angle: number) => number) => {
    const table = g.initializer(name, sideTable(frequencies, largestSide, f));
    return Concat(g, [Gather(g, table, y), Gather(g, table, x)], 1);
  };
  return { cos: rotation('patch_cos', Math.cos), sin: rotation('patch_sin', Math.sin) };
}

/** f32 `[rows, frequencies]`; the product is rounded to float32, as the checkpoint's code does it. */
function sideTable(
  frequencies: Float32Array,
  rows: number,
  f: (angle: number) => number,
): HostTensor<'float32'> {
  const count = frequencies.length;
  const data = Float32Array.from({ length: rows * count }, (_, i) =>
    f(Math.fround(Math.floor(i / count) * (frequencies[i % count] as number))),
  );
  return { dtype: 'float32', shape: [rows, count], data };
}

/** A picture's moments see themselves alone. */
function framesOf(g: GraphBuilder, { time, frame }: Pictures, patches: Patches): PatchGroups {
  const before = Sub(g, CumSum(g, time, 0), time);
  const group = Add(g, Gather(g, before, patches.picture), patches.moment);
  return groupsOf(g, group, patches.index, ReduceSum(g, time, [0]), ReduceMax(g, frame));
}

/** Squares of `side` × `side` image tokens from the top left corner on, cut off at the far edges. */
function windowsOf(
  g: GraphBuilder,
  { mergeSize }: QwenVisionConfig,
  side: number,
  { time, height, width }: Pictures,
  { picture, moment, row, column, sub }: Patches,
): PatchGroups {
  const long = g.int64(side);
  const upTo = (tokens: Value) => Div(g, Add(g, tokens, g.int64(side - 1)), long);
  const across = upTo(width);
  const perFrame = Mul(g, upTo(height), across);
  const perPicture = Mul(g, time, perFrame);
  const before = Sub(g, CumSum(g, perPicture, 0), perPicture);
  const earlier = Add(g, Gather(g, before, picture), Mul(g, moment, Gather(g, perFrame, picture)));
  const inRow = Mul(g, Div(g, row, long), Gather(g, across, picture));
  const group = Add(g, earlier, Add(g, inRow, Div(g, column, long)));
  const token = Add(g, Mul(g, Mod(g, row, long), long), Mod(g, column, long));
  const unit = mergeSize ** 2;
  const slot = Add(g, Mul(g, token, g.int64(unit)), sub);
  return groupsOf(g, group, slot, ReduceSum(g, perPicture, [0]), g.int64(side ** 2 * unit));
}

/** `group` and `slot` int64 [patches], `groups` and `slots` (of a group) int64 scalars. */
function groupsOf(
  g: GraphBuilder,
  group: Value,
  slot: Value,
  groups: Value,
  slots: Value,
): PatchGroups {
  const places = Add(g, Mul(g, group, slots), slot);
  const empty = Expand(g, g.int64(-1), Reshape(g, Mul(g, groups, slots), [1]));
  const patches = Range(g, Squeeze(g, Shape(g, places, 0, 1), [0]));
  const filled = ScatterElements(g, empty, places, patches);
  const shape = Concat(g, [Reshape(g, groups, [1]), Reshape(g, slots, [1])], 0);
  return { patches: g.node('Reshape', [filled, shape]), slots: places };
}

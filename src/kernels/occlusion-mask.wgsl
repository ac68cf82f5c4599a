// Copies of one pixel tensor, each with a rectangle of its picture painted over, one value a thread.

struct Shape {
  copies: u32,
  // Values of one copy.
  values: u32,
  views: u32,
  // Pixels of a view.
  height: u32,
  width: u32,
  // Patched only: pixels of a patch's side, frames of a patch, patches of a merge block's side, and
  // patches across the picture.
  side: u32,
  frames: u32,
  merge: u32,
  columns: u32,
  red: f32,
  green: f32,
  blue: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> base: array<f32>;
// [copies, views]: left, top, right, bottom; the last two lie outside.
@group(0) @binding(2) var<storage, read> rectangles: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> masked: array<f32>;

fn index_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + thread;
}

fn write(index: u32, view: u32, channel: u32, x: u32, y: u32) {
  let rectangle = rectangles[index / shape.values * shape.views + view];
  let inside = x >= rectangle.x && y >= rectangle.y && x < rectangle.z && y < rectangle.w;
  let fill = select(select(shape.blue, shape.green, channel == 1u), shape.red, channel == 0u);
  masked[index] = select(base[index % shape.values], fill, inside);
}

// A copy is [views, 3, height, width].
@compute @workgroup_size(64)
fn planes(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = index_of(group, groups, thread);
  if (index >= shape.copies * shape.values) {
    return;
  }
  let value = index % shape.values;
  let row = value / shape.width;
  let plane = row / shape.height;
  write(index, plane / 3u, plane % 3u, value % shape.width, row % shape.height);
}

// A copy is [patches, 3, frames, side, side], the patches of a merge block one after another.
@compute @workgroup_size(64)
fn patches(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = index_of(group, groups, thread);
  if (index >= shape.copies * shape.values) {
    return;
  }
  let value = index % shape.values;
  let row = value / shape.side;
  let square = row / shape.side;
  let channel = square / shape.frames;
  let patch_index = channel / 3u;
  let block = patch_index / (shape.merge * shape.merge);
  let place = patch_index % (shape.merge * shape.merge);
  let across = shape.columns / shape.merge;
  let patch_row = block / across * shape.merge + place / shape.merge;
  let patch_column = block % across * shape.merge + place % shape.merge;
  let x = patch_column * shape.side + value % shape.side;
  let y = patch_row * shape.side + row % shape.side;
  write(index, 0u, channel % 3u, x, y);
}

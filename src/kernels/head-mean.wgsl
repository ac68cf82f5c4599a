// The weighted sum over heads of [heads, columns], put into or added to a row of a larger result. One
// thread a column.

struct Shape {
  heads: u32,
  columns: u32,
  // Where the row begins in the result.
  first: u32,
  // 1: added to what is there.
  add: u32,
  weight: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// [heads, columns]
@group(0) @binding(1) var<storage, read> per_head: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let column = (group.y * groups.x + group.x) * 64u + thread;
  if (column >= shape.columns) {
    return;
  }
  var sum = 0.0;
  for (var head = 0u; head < shape.heads; head++) {
    sum += per_head[head * shape.columns + column];
  }
  let at = shape.first + column;
  result[at] = select(0.0, result[at], shape.add == 1u) + sum * shape.weight;
}

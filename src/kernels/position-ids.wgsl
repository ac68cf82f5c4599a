// 64-bit integers for onnxruntime, low word first, one id a thread; the ids here fit the low word.

struct Shape {
  rows: u32,
  length: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// row_index: the table row of each row's first token, u32 [rows].
// rounded: position ids as f32 bits, [rows, length].
@group(0) @binding(1) var<storage, read> values: array<u32>;
// [rows, length]
@group(0) @binding(2) var<storage, read_write> ids: array<vec2u>;

fn index_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + thread;
}

@compute @workgroup_size(64)
fn row_index(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = index_of(group, groups, thread);
  if (index < shape.rows * shape.length) {
    ids[index] = vec2u(values[index / shape.length] + index % shape.length, 0u);
  }
}

@compute @workgroup_size(64)
fn rounded(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = index_of(group, groups, thread);
  if (index < shape.rows * shape.length) {
    // round() takes halves to the even neighbour, as the reference does.
    ids[index] = vec2u(u32(round(bitcast<f32>(values[index]))), 0u);
  }
}

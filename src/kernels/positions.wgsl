// One workgroup makes the position ids of one row: its threads share each stretch of tokens, and all
// of them walk the row's image spans in the same order.

struct Shape {
  axes: u32,
  rows: u32,
  length: u32,
  spans_per_row: u32,
  has_offsets: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// [rows, spans_per_row]: first token and number of tokens of an image, ascending; 0 tokens: no image.
@group(0) @binding(1) var<storage, read> spans: array<vec2u>;
// [rows]
@group(0) @binding(2) var<storage, read> strengths: array<f32>;
// [axes, rows, length], read at image tokens when has_offsets is 1.
@group(0) @binding(3) var<storage, read> offsets: array<f32>;
// [axes, rows, length]
@group(0) @binding(4) var<storage, read_write> positions: array<f32>;

const WIDTH = 256u;
var<workgroup> largest: array<f32, WIDTH>;

fn own_offset(at: u32, index_in_span: u32) -> f32 {
  if (shape.has_offsets == 1u) {
    return offsets[at];
  }
  return f32(index_in_span);
}

@compute @workgroup_size(WIDTH)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= shape.rows) {
    return;
  }
  let keep = 1.0 - strengths[row];
  // The token at `start` gets the id `next`, as long as text goes on.
  var start = 0u;
  var next = 0.0;
  for (var s = 0u; s < shape.spans_per_row; s++) {
    let span = spans[row * shape.spans_per_row + s];
    let image_end = span.x + span.y;
    let image_id = next + f32(span.x - start);
    var reach = 0.0;
    for (var axis = 0u; axis < shape.axes; axis++) {
      let base = (axis * shape.rows + row) * shape.length;
      for (var n = start + thread; n < span.x; n += WIDTH) {
        positions[base + n] = next + f32(n - start);
      }
      for (var n = span.x + thread; n < image_end; n += WIDTH) {
        let shift = keep * own_offset(base + n, n - span.x);
        positions[base + n] = image_id + shift;
        reach = max(reach, shift);
      }
    }
    largest[thread] = reach;
    for (var half = WIDTH / 2u; half > 0u; half >>= 1u) {
      workgroupBarrier();
      if (thread < half) {
        largest[thread] = max(largest[thread], largest[thread + half]);
      }
    }
    let farthest = workgroupUniformLoad(&largest[0]);
    if (span.y > 0u) {
      next = image_id + farthest + 1.0;
      start = image_end;
    }
  }
  for (var axis = 0u; axis < shape.axes; axis++) {
    let base = (axis * shape.rows + row) * shape.length;
    for (var n = start + thread; n < shape.length; n += WIDTH) {
      positions[base + n] = next + f32(n - start);
    }
  }
}

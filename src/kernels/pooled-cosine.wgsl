// One workgroup pools one choice of image tokens and compares it with up to four captions, whose
// tokens it pools in the same way: each thread keeps what it pooled of its channels in registers, so
// no pooled vector is ever written.

struct Shape {
  hidden: u32,
  pools: u32,
  captions: u32,
}

struct Pool {
  // Its rows are rows[first] to rows[first + count - 1].
  first: u32,
  count: u32,
  // 0: the largest, 1: the mean.
  mode: u32,
  padding: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// [t, hidden]
@group(0) @binding(1) var<storage, read> features: array<f32>;
// [n, hidden]
@group(0) @binding(2) var<storage, read> embeddings: array<f32>;
// Of features for pools, of embeddings for captions.
@group(0) @binding(3) var<storage, read> rows: array<u32>;
// [pools]
@group(0) @binding(4) var<storage, read> pools: array<Pool>;
// [captions]: first and count.
@group(0) @binding(5) var<storage, read> spans: array<vec2u>;
// [pools, captions]
@group(0) @binding(6) var<storage, read_write> cosines: array<f32>;

const WIDTH = 256u;
const CHUNK = 4u;
// As torch's cosine_similarity keeps away from a division by zero.
const SMALLEST_NORM = 1e-8;

var<workgroup> dots: array<vec4f, WIDTH>;
var<workgroup> caption_squares: array<vec4f, WIDTH>;
var<workgroup> own_squares: array<f32, WIDTH>;

fn pooled_feature(pool: Pool, channel: u32) -> f32 {
  var pooled = features[rows[pool.first] * shape.hidden + channel];
  for (var k = 1u; k < pool.count; k++) {
    let value = features[rows[pool.first + k] * shape.hidden + channel];
    pooled = select(pooled + value, max(pooled, value), pool.mode == 0u);
  }
  return select(pooled / f32(pool.count), pooled, pool.mode == 0u);
}

fn pooled_embedding(span: vec2u, mode: u32, channel: u32) -> f32 {
  var pooled = embeddings[rows[span.x] * shape.hidden + channel];
  for (var k = 1u; k < span.y; k++) {
    let value = embeddings[rows[span.x + k] * shape.hidden + channel];
    pooled = select(pooled + value, max(pooled, value), mode == 0u);
  }
  return select(pooled / f32(span.y), pooled, mode == 0u);
}

@compute @workgroup_size(WIDTH)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunks = (shape.captions + CHUNK - 1u) / CHUNK;
  let at = group.y * groups.x + group.x;
  if (at >= shape.pools * chunks) {
    return;
  }
  let pool = pools[at / chunks];
  let first_caption = (at % chunks) * CHUNK;
  let count = min(CHUNK, shape.captions - first_caption);

  var dot = vec4f();
  var caption_square = vec4f();
  var own_square = 0.0;
  for (var channel = thread; channel < shape.hidden; channel += WIDTH) {
    let own = pooled_feature(pool, channel);
    own_square += own * own;
    for (var k = 0u; k < count; k++) {
      let other = pooled_embedding(spans[first_caption + k], pool.mode, channel);
      dot[k] += own * other;
      caption_square[k] += other * other;
    }
  }
  dots[thread] = dot;
  caption_squares[thread] = caption_square;
  own_squares[thread] = own_square;
  for (var half = WIDTH / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (thread < half) {
      dots[thread] += dots[thread + half];
      caption_squares[thread] += caption_squares[thread + half];
      own_squares[thread] += own_squares[thread + half];
    }
  }
  workgroupBarrier();
  if (thread < count) {
    let own_norm = max(sqrt(own_squares[0]), SMALLEST_NORM);
    let other_norm = max(sqrt(caption_squares[0][thread]), SMALLEST_NORM);
    let to = (at / chunks) * shape.captions + first_caption + thread;
    cosines[to] = dots[0][thread] / (own_norm * other_norm);
  }
}

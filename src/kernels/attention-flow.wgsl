// Attention of some rows (queries) to all columns (keys), as the mean over the rows, without a matrix of
// rows × columns ever existing. Two passes compute the same products twice: the first leaves for each
// head and row the logarithm of its softmax's denominator, the second for each head and column the mean
// share. Every number is summed by one thread, in a fixed order.

struct Shape {
  rows: u32,
  columns: u32,
  heads: u32,
  kv_heads: u32,
  head_dim: u32,
  // Rotated channels of a head / 2.
  half: u32,
  scale: f32,
  // 0: none.
  softcap: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// [rows, heads · head_dim], not rotated
@group(0) @binding(1) var<storage, read> queries: array<f32>;
// [columns, kv_heads · head_dim], not rotated
@group(0) @binding(2) var<storage, read> keys: array<f32>;
// [columns, half]
@group(0) @binding(3) var<storage, read> cos_table: array<f32>;
@group(0) @binding(4) var<storage, read> sin_table: array<f32>;
// [rows, 3]: the row's token, and the columns that it sees: the first, and the one behind the last
@group(0) @binding(5) var<storage, read> places: array<u32>;
// [heads, rows]
@group(0) @binding(6) var<storage, read_write> log_sums: array<f32>;
// [heads, columns]
@group(0) @binding(7) var<storage, read_write> means: array<f32>;

// A workgroup computes 16 × 16 products at a time, in steps of 32 channels.
const SIDE = 16u;
const DEPTH = 32u;
const THREADS = 256u;
// Below every score: exp() of its distance to one is 0, and nothing overflows.
const UNSEEN = -1e30;

var<workgroup> query_tile: array<f32, 512>;
var<workgroup> key_tile: array<f32, 512>;
var<workgroup> largest: array<f32, THREADS>;
var<workgroup> sums: array<f32, THREADS>;

// The channel that is turned together with `channel`.
fn partner(channel: u32) -> u32 {
  return select(channel - shape.half, channel + shape.half, channel < shape.half);
}

fn turned(own: f32, other: f32, channel: u32, token: u32) -> f32 {
  let first = channel < shape.half;
  let at = token * shape.half + select(channel - shape.half, channel, first);
  return own * cos_table[at] + select(other, -other, first) * sin_table[at];
}

fn rotated_query(row: u32, head: u32, channel: u32) -> f32 {
  if (row >= shape.rows || channel >= shape.head_dim) {
    return 0.0;
  }
  let base = (row * shape.heads + head) * shape.head_dim;
  let own = queries[base + channel];
  if (channel >= 2u * shape.half) {
    return own;
  }
  return turned(own, queries[base + partner(channel)], channel, places[3u * row]);
}

fn rotated_key(column: u32, head: u32, channel: u32) -> f32 {
  if (column >= shape.columns || channel >= shape.head_dim) {
    return 0.0;
  }
  let base = (column * shape.kv_heads + head) * shape.head_dim;
  let own = keys[base + channel];
  if (channel >= 2u * shape.half) {
    return own;
  }
  return turned(own, keys[base + partner(channel)], channel, column);
}

// The score of this thread's row and column in the tiles that begin at `row` and `column`; UNSEEN where
// the row does not see the column. All threads of a workgroup have to call it together.
fn score(row: u32, column: u32, head: u32, thread: u32) -> f32 {
  let kv_head = head / (shape.heads / shape.kv_heads);
  let y = thread / SIDE;
  let x = thread % SIDE;
  var product = 0.0;
  for (var depth = 0u; depth < shape.head_dim; depth += DEPTH) {
    workgroupBarrier();
    for (var at = thread; at < SIDE * DEPTH; at += THREADS) {
      let channel = depth + at % DEPTH;
      query_tile[at] = rotated_query(row + at / DEPTH, head, channel);
      key_tile[at] = rotated_key(column + at / DEPTH, kv_head, channel);
    }
    workgroupBarrier();
    for (var channel = 0u; channel < DEPTH; channel++) {
      product += query_tile[y * DEPTH + channel] * key_tile[x * DEPTH + channel];
    }
  }
  if (row + y >= shape.rows) {
    return UNSEEN;
  }
  let place = 3u * (row + y);
  if (column + x < places[place + 1u] || column + x >= places[place + 2u]) {
    return UNSEEN;
  }
  let scaled = product * shape.scale;
  if (shape.softcap == 0.0) {
    return scaled;
  }
  return shape.softcap * tanh(scaled / shape.softcap);
}

// One workgroup: a head and 16 rows.
@compute @workgroup_size(THREADS)
fn row_sums(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tiles = (shape.rows + SIDE - 1u) / SIDE;
  let index = group.y * groups.x + group.x;
  let head = index / tiles;
  if (head >= shape.heads) {
    return;
  }
  let row = (index % tiles) * SIDE;
  var most = UNSEEN;
  var sum = 0.0;
  for (var column = 0u; column < shape.columns; column += SIDE) {
    let value = score(row, column, head, thread);
    if (value > UNSEEN) {
      if (value > most) {
        sum = sum * exp(most - value) + 1.0;
        most = value;
      } else {
        sum += exp(value - most);
      }
    }
  }
  largest[thread] = most;
  sums[thread] = sum;
  workgroupBarrier();
  if (thread % SIDE == 0u && row + thread / SIDE < shape.rows) {
    for (var x = 1u; x < SIDE; x++) {
      most = max(most, largest[thread + x]);
    }
    sum = 0.0;
    for (var x = 0u; x < SIDE; x++) {
      sum += sums[thread + x] * exp(largest[thread + x] - most);
    }
    log_sums[head * shape.rows + row + thread / SIDE] = most + log(sum);
  }
}

// One workgroup: a head and 16 columns.
@compute @workgroup_size(THREADS)
fn column_means(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tiles = (shape.columns + SIDE - 1u) / SIDE;
  let index = group.y * groups.x + group.x;
  let head = index / tiles;
  if (head >= shape.heads) {
    return;
  }
  let column = (index % tiles) * SIDE;
  var sum = 0.0;
  for (var row = 0u; row < shape.rows; row += SIDE) {
    let value = score(row, column, head, thread);
    if (value > UNSEEN) {
      sum += exp(value - log_sums[head * shape.rows + row + thread / SIDE]);
    }
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread < SIDE && column + thread < shape.columns) {
    var all = 0.0;
    for (var y = 0u; y < SIDE; y++) {
      all += sums[y * SIDE + thread];
    }
    means[head * shape.columns + column + thread] = all / f32(shape.rows);
  }
}

/** A converted model as what an engine is made of. */
import { tapStoredDecoder } from '../models/attention-taps.ts';
import type { ComputeType } from '../models/compute.ts';
import { readSpec } from '../models/families.ts';
import { describeFormats } from '../models/formats.ts';
import { openSettings, type CheckpointSettings } from '../models/checkpoint.ts';
import type { StoredFiles } from '../models/model-store.ts';
import type { ModelSpec } from '../models/spec.ts';
import type { StoredGraph, StoredManifest } from '../models/stored-manifest.ts';
import { sha256 } from '../tensor/sha256.ts';
import type { GraphFiles, GraphSource } from './session.ts';

/** Graphs of a model with what is known of it, however it is stored. */
export interface EngineModel {
  readonly spec: ModelSpec;
  readonly settings: CheckpointSettings;
  readonly vision: GraphSource;
  readonly embed: GraphSource;
  readonly decoder: readonly GraphSource[];
  readonly weightHash: string;
  /** How the weights are stored. */
  readonly dtype: string;
  readonly compute: ComputeType;
}

/**
 * The model of an entry that `checkEntry` found whole, with the graphs that compute in the type; its
 * weights are not read.
 */
export async function openStoredModel(
  files: StoredFiles,
  manifest: StoredManifest,
  compute: ComputeType,
): Promise<EngineModel> {
  const settings = openSettings(files);
  const graph = ({ model, float16, data }: StoredGraph): GraphFiles => ({
    files,
    model: compute === 'float16' ? (float16 ?? model) : model,
    data,
  });
  const { vision, embed, decoder } = manifest.graphs;
  return {
    spec: await readSpec(settings),
    settings,
    vision: graph(vision),
    embed: graph(embed),
    // Taps are float32, which the kernels that read them take.
    decoder: decoder.map((part) =>
      compute === 'float32' ? { ...graph(part), edit: tapStoredDecoder } : graph(part),
    ),
    weightHash: await hashOfHashes(manifest),
    dtype: describeFormats(manifest.formats),
    compute,
  };
}

/** SHA-256 of the data files' hashes, in the order of the graphs. */
function hashOfHashes({ graphs, files }: StoredManifest): Promise<string> {
  const paths = [graphs.vision, graphs.embed, ...graphs.decoder].flatMap(({ data }) => data);
  const hashes = paths.map((path) => files[path]!.sha256).join('\n');
  return sha256(new TextEncoder().encode(hashes));
}

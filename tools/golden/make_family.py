"""Tiny random checkpoints of the published families and their golden outputs.

    python tools/golden/make_family.py tiny-qwen2.5-vl

writes `fixtures/tiny-qwen2.5-vl` (the checkpoint, its tokenizer and processor settings) and
`fixtures/golden/tiny-qwen2.5-vl/<case>/{in,golden}.safetensors`. README.md lists families and cases.

Asserted here: logits have a standard deviation of at least 1; balanced positions change them by at
least 0.1, and so does another picture; standard positions are those that Hugging Face computes by
itself; each part that a family is about (`ablations`) changes logits by at least 0.02 when broken.
"""

import argparse
import copy
import json
import shutil
from pathlib import Path

import torch
from families import FAMILIES
from safetensors.torch import save_file
from tiny_family import (
    Batch,
    Family,
    forward,
    golden,
    make_batch,
    randomise,
    run,
    scale_logits,
    weight_digest,
)
from tiny_tokenizers import build
from transformers import GenerationConfig
from transformers.utils import logging

LOGIT_DEVIATION = 1.3


def main_case(family: Family, config, tokenizer, pixel_seed: int = 0) -> Batch:
    return make_batch(family, config, tokenizer, family.cases["two-images"], 7, pixel_seed)


@torch.no_grad()
def make_checkpoint(family: Family, folder: Path) -> None:
    tokenizer = build(family.form)
    config = family.make_config(tokenizer)
    model = family.model_class._from_config(config, attn_implementation="eager").eval()
    randomise(model, family.embedding_scale)
    # A logit of 0 is never the largest, and Hugging Face refuses an image token without features.
    model.get_output_embeddings().weight.data[tokenizer.convert_tokens_to_ids(family.image_token)] = 0
    batch = main_case(family, config, tokenizer)
    scale_logits(model, LOGIT_DEVIATION / forward(family, model, batch, 0.0).std().item())
    model.to(family.dtype)
    config.dtype = family.dtype
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shards = {} if family.shard_bytes is None else {"max_shard_size": family.shard_bytes}
    text = config.text_config
    tokens = {"bos_token_id": text.bos_token_id, "eos_token_id": text.eos_token_id}
    model.generation_config = GenerationConfig(**tokens, pad_token_id=text.pad_token_id)
    model.save_pretrained(folder, **shards)
    tokenizer.save_pretrained(folder)
    family.make_image_processor().save_pretrained(folder)
    if family.processor_settings is not None:
        settings = json.dumps(family.processor_settings, indent=2, sort_keys=True)
        (folder / "processor_config.json").write_text(settings + "\n")


def load(family: Family, folder: Path, config=None):
    more = {} if config is None else {"config": config}
    return family.model_class.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", **more
    ).eval()


@torch.no_grad()
def check(family: Family, folder: Path, tokenizer) -> None:
    model = load(family, folder)
    batch = main_case(family, model.config, tokenizer)
    standard = forward(family, model, batch, 0.0)
    shift = (standard - forward(family, model, batch, 1.0))[:, -3:].abs().max().item()
    other = main_case(family, model.config, tokenizer, pixel_seed=50)
    change = (standard - forward(family, model, other, 0.0))[:, -1].abs().max().item()
    own = batch.inputs
    if family.axes == 3:
        image = model.config.image_token_id
        own = {**own, "mm_token_type_ids": (own["input_ids"] == image).int()}
    unaided = (standard - run(model, own)).abs().max().item()
    print(
        f"logit std {standard.std():.2f}, balanced differs by {shift:.2f}, another picture by "
        f"{change:.2f}, positions left to Hugging Face by {unaided:.1e}"
    )
    assert standard.std() >= 1 and shift >= 0.1 and change >= 0.1 and unaided < 1e-4
    broken = {}
    for name, breaks in family.ablations.items():
        config = copy.deepcopy(model.config)
        breaks(config)
        broken[name] = forward(family, load(family, folder, config), batch, 0.0)
    if family.token_types:
        one_way = {**batch.inputs, "token_type_ids": torch.zeros_like(batch.inputs["input_ids"])}
        broken["images seen one way"] = forward(family, model, Batch(one_way, batch.spans), 0.0)
    for name, logits in broken.items():
        difference = (standard - logits).abs().max().item()
        print(f"    {name}: {difference:.2f}")
        assert difference >= 0.02, name


def make_goldens(family: Family, folder: Path, out: Path, tokenizer) -> None:
    shutil.rmtree(out, ignore_errors=True)
    for seed, (name, case) in enumerate(family.cases.items(), start=1):
        config = family.model_class.config_class.from_pretrained(folder)
        for field, value in case.changes.items():
            setattr(config.text_config, field, value)
        model = load(family, folder, config)
        batch = make_batch(family, config, tokenizer, case, seed)
        with torch.no_grad():
            outputs = {"weight_sha256": weight_digest(folder), **golden(family, model, batch)}
        where = out / name
        where.mkdir(parents=True)
        save_file(batch.inputs, where / "in.safetensors")
        save_file(outputs, where / "golden.safetensors")
        if case.changes:
            changed = {"text_config": case.changes}
            (where / "config-changes.json").write_text(json.dumps(changed, indent=2) + "\n")
        valid = batch.inputs["attention_mask"].bool()
        difference = (outputs["logits.standard"] - outputs["logits.balanced"])[valid].abs().max()
        print(
            f"{name}: {tuple(valid.shape)} tokens, {outputs['image_features'].shape[0]} of images, "
            f"balanced differs by {difference:.2f}, greedy {outputs['greedy.standard'].tolist()} / "
            f"{outputs['greedy.balanced'].tolist()}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--fixtures", type=Path, default=Path("fixtures"))
    options = parser.parse_args()
    logging.disable_progress_bar()
    family = FAMILIES[options.family]
    folder = options.fixtures / family.name
    make_checkpoint(family, folder)
    tokenizer = build(family.form)
    check(family, folder, tokenizer)
    out = options.fixtures / "golden" / family.name
    make_goldens(family, folder, out, tokenizer)
    for place in (folder, out):
        size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        print(f"{place}: {size} bytes")


if __name__ == "__main__":
    main()

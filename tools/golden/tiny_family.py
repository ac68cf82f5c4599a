"""What every family of tiny checkpoints shares: random weights, batches, forward passes, goldens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from positions import STRENGTHS, Span, batch_positions
from tiny_tokenizers import Form
from transformers import PreTrainedConfig

STEPS = 8
Size = tuple[int, int]  # height, width


@dataclass(frozen=True)
class Case:
    """Rows of parts: a whole number is that many random text tokens, a size is one image's tokens, a
    string is one special token."""

    rows: list[list[int | str | Size]]
    padding: str = "right"
    changes: dict[str, Any] = field(default_factory=dict)  # of the text config, for this case alone


@dataclass(frozen=True)
class Family:
    name: str
    model_class: type
    form: Form
    image_token: str
    axes: int
    dtype: torch.dtype
    make_config: Callable[[Any], PreTrainedConfig]  # takes the tokenizer
    make_image_processor: Callable[[], Any]
    image_inputs: Callable[[Any, list[Image.Image]], dict[str, torch.Tensor]]
    # The n-th image's own ids, from 0.
    relative: Callable[[PreTrainedConfig, dict[str, torch.Tensor], int], torch.Tensor]
    pick: Callable[[dict[str, torch.Tensor], int, int], dict[str, torch.Tensor]]  # images first..last
    cases: dict[str, Case]
    ablations: dict[str, Callable[[PreTrainedConfig], None]]
    token_types: bool = False
    shard_bytes: int | None = None
    embedding_scale: float = 1.0
    processor_settings: dict[str, Any] | None = None  # processor_config.json, where it is published


@dataclass
class Batch:
    inputs: dict[str, torch.Tensor]
    spans: list[list[Span]]


def picture(size: Size, seed: int) -> Image.Image:
    """Noise over a gradient, of exactly this size."""
    random = np.random.default_rng(seed)
    height, width = size
    y, x = np.mgrid[0:height, 0:width]
    slope = np.stack([x / width, y / height, 1 - x / width], axis=-1) * 128
    return Image.fromarray((slope + random.integers(0, 128, (height, width, 3))).astype(np.uint8))


def randomise(model: torch.nn.Module, embedding_scale: float) -> None:
    """Every tensor random, biases and norms included, so that a forgotten one shows."""
    generator = torch.Generator().manual_seed(11)
    for name, weight in sorted(model.named_parameters()):
        noise = torch.randn(weight.shape, generator=generator)
        normalises = "norm" in name or ".ln_q." in name
        if normalises and name.endswith("weight"):
            # Gemma's norms multiply by 1 + weight and start at 0.
            weight.data = weight.data.mean().round() + 0.2 * noise
        elif weight.dim() == 1:
            weight.data = 0.2 * noise
        elif "embed_tokens" in name:
            weight.data = embedding_scale * noise
        elif "_embedding" in name and "patch" not in name:
            weight.data = 0.5 * noise
        else:
            transposed = name.endswith("mm_input_projection_weight")
            fan_in = weight.shape[0] if transposed else weight[0].numel()
            attends = any(part in name for part in ("q_proj", "k_proj", "qkv"))
            weight.data = (1.6 if attends else 1.0) * noise / fan_in**0.5


def scale_logits(model: torch.nn.Module, factor: float) -> None:
    """Scales what the head reads, which leaves tied embeddings alone."""
    weight = model.model.language_model.norm.weight
    offset = 1.0 if "gemma" in model.config.model_type else 0.0
    weight.data = (weight.data + offset) * factor - offset


def make_batch(family: Family, config, tokenizer, case: Case, seed: int, pixel_seed: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    first_text, last_text = len(family.form.specials), len(tokenizer)
    image_token = tokenizer.convert_tokens_to_ids(family.image_token)
    sizes = [part for row in case.rows for part in row if isinstance(part, tuple)]
    pictures = [picture(size, seed * 100 + n + pixel_seed) for n, size in enumerate(sizes)]
    images = family.image_inputs(family.make_image_processor(), pictures)
    rows: list[list[int]] = []
    spans: list[list[Span]] = []
    image = 0
    for parts in case.rows:
        ids: list[int] = []
        row_spans: list[Span] = []
        for part in parts:
            if isinstance(part, int):
                ids += torch.randint(first_text, last_text, (part,), generator=generator).tolist()
            elif isinstance(part, str):
                ids.append(tokenizer.convert_tokens_to_ids(part))
            else:
                relative = family.relative(config, images, image)
                row_spans.append(Span(len(ids), relative))
                ids += [image_token] * relative.shape[1]
                image += 1
        rows.append(ids)
        spans.append(row_spans)
    length = max(map(len, rows))
    input_ids = torch.full((len(rows), length), config.text_config.pad_token_id)
    mask = torch.zeros_like(input_ids)
    for row, ids in enumerate(rows):
        where = slice(0, len(ids)) if case.padding == "right" else slice(length - len(ids), length)
        input_ids[row, where] = torch.tensor(ids)
        mask[row, where] = 1
    inputs = {"input_ids": input_ids, "attention_mask": mask, **images}
    if family.token_types:
        inputs["token_type_ids"] = (input_ids == image_token).long()
    return Batch(inputs, spans)


@torch.no_grad()
def forward(family: Family, model, batch: Batch, strength: float) -> torch.Tensor:
    """Logits [b, s, vocab] with explicit ids AND the mask: without a mask, repeated ids would be taken
    for packed sequences."""
    mask = batch.inputs["attention_mask"]
    positions = batch_positions(mask, batch.spans, strength, family.axes)
    return run(model, batch.inputs, position_ids=positions)


def run(model, inputs: dict[str, torch.Tensor], **more) -> torch.Tensor:
    """Soft-capping by the config: Gemma3ForConditionalGeneration reads neither value, though its
    attention takes `softcap` and the text-only class caps its logits in this way."""
    text = model.config.text_config
    attention_cap = getattr(text, "attn_logit_softcapping", None)
    logit_cap = getattr(text, "final_logit_softcapping", None)
    if attention_cap is not None:
        more["softcap"] = attention_cap
    logits = model(**inputs, **more, use_cache=False).logits
    return logits if logit_cap is None else torch.tanh(logits / logit_cap) * logit_cap


def greedy(family: Family, model, batch: Batch, strength: float) -> torch.Tensor:
    """int64 [b, STEPS]: each row on its own, without padding, the whole sequence anew at each step."""
    first, rows = 0, []
    for row, spans in enumerate(batch.spans):
        ids = batch.inputs["input_ids"][row][batch.inputs["attention_mask"][row].bool()]
        kinds = batch.inputs["token_type_ids"][row] if family.token_types else None
        kinds = None if kinds is None else kinds[batch.inputs["attention_mask"][row].bool()]
        images = family.pick(batch.inputs, first, first + len(spans)) if spans else {}
        first += len(spans)
        for _ in range(STEPS):
            inputs = {"input_ids": ids[None], "attention_mask": torch.ones_like(ids)[None], **images}
            if kinds is not None:
                inputs["token_type_ids"] = kinds[None]
                kinds = torch.cat([kinds, kinds.new_zeros(1)])
            best = forward(family, model, Batch(inputs, [spans]), strength)[0, -1].argmax()
            ids = torch.cat([ids, best[None]])
        rows.append(ids[-STEPS:])
    return torch.stack(rows)


@torch.no_grad()
def image_features(family: Family, model, batch: Batch) -> torch.Tensor:
    """float32 [rows, hidden]: what replaces the image tokens, in the order of the sequences."""
    text = ("input_ids", "attention_mask", "token_type_ids")
    images = {name: value for name, value in batch.inputs.items() if name not in text}
    features = model.get_image_features(**images).pooler_output
    return torch.cat(list(features), dim=0).contiguous()


def golden(family: Family, model, batch: Batch) -> dict[str, torch.Tensor]:
    mask = batch.inputs["attention_mask"]
    out = {
        "image_features": image_features(family, model, batch),
        "logits_index": torch.arange(mask.shape[1]),
    }
    for scheme, strength in STRENGTHS.items():
        out[f"position_ids.{scheme}"] = batch_positions(mask, batch.spans, strength, family.axes)
        out[f"logits.{scheme}"] = forward(family, model, batch, strength).contiguous()
        out[f"greedy.{scheme}"] = greedy(family, model, batch, strength)
    return out


def weight_digest(folder: Path) -> torch.Tensor:
    """uint8 [32]: SHA-256 of the weight file; of several, of their hex digests joined by newlines."""
    files = sorted(folder.glob("*.safetensors"))
    digests = [hashlib.sha256(file.read_bytes()) for file in files]
    joined = "\n".join(digest.hexdigest() for digest in digests)
    whole = digests[0].digest() if len(digests) == 1 else hashlib.sha256(joined.encode()).digest()
    return torch.tensor(list(whole), dtype=torch.uint8)

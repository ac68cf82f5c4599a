"""Tiny Qwen2.5-VL and Qwen2-VL."""

import torch
from positions import grid
from tiny_family import Case, Family
from tiny_tokenizers import Form
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

PATCH, MERGE = 4, 2
UNIT = PATCH * MERGE
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
SPECIALS += ["<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
FORM = Form(
    style="byte-level",
    specials=SPECIALS,
    template="qwen",
    eos="<|im_end|>",
    pad="<|endoftext|>",
    named={"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"},
)
VISION_PART = "<|vision_start|>", "<|vision_end|>"
WIDE, TALL, ODD = (2 * UNIT, 3 * UNIT), (5 * UNIT, 2 * UNIT), (3 * UNIT, 5 * UNIT)


def wrapped(size):
    return [VISION_PART[0], size, VISION_PART[1]]


CASES = {
    "right-padded": Case([[3, *wrapped(ODD), 5], [2, *wrapped(WIDE), 3]]),
    "left-padded": Case([[4, *wrapped(TALL), 4], [1, *wrapped(WIDE), 2]], padding="left"),
    "two-images": Case([[2, *wrapped(WIDE), 3, *wrapped(TALL), 4]]),
    "adjacent-images": Case([[3, *wrapped(TALL)[:-1], WIDE, 5]]),
}


def image_processor():
    pixels = {"shortest_edge": 4 * UNIT * UNIT, "longest_edge": 64 * UNIT * UNIT}
    return Qwen2VLImageProcessorPil(size=pixels, patch_size=PATCH, merge_size=MERGE)


def image_inputs(processor, pictures):
    made = processor(pictures, return_tensors="pt")
    return {"pixel_values": made["pixel_values"], "image_grid_thw": made["image_grid_thw"]}


def relative(_, images, n):
    return grid(images["image_grid_thw"][n].tolist(), MERGE)


def pick(inputs, first, last):
    patches = inputs["image_grid_thw"].prod(-1)
    start, stop = int(patches[:first].sum()), int(patches[:last].sum())
    return {
        "pixel_values": inputs["pixel_values"][start:stop],
        "image_grid_thw": inputs["image_grid_thw"][first:last],
    }


def token_ids(tokenizer):
    ids = dict(zip(SPECIALS, tokenizer.convert_tokens_to_ids(SPECIALS), strict=True))
    text = {"bos_token_id": ids["<|endoftext|>"], "eos_token_id": ids["<|im_end|>"]}
    text["pad_token_id"] = ids["<|endoftext|>"]
    return text, {
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
    }


def config_25(tokenizer):
    text, tokens = token_ids(tokenizer)
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer) + 5,
            "hidden_size": 72,
            "intermediate_size": 56,
            "num_hidden_layers": 2,
            "num_attention_heads": 3,
            "num_key_value_heads": 1,
            "max_position_embeddings": 4096,
            "rms_norm_eps": 1e-6,
            "rope_parameters": {"rope_type": "default", "rope_theta": 60.0, "mrope_section": [3, 4, 5]},
            **text,
        },
        vision_config={
            "depth": 4,
            "hidden_size": 24,
            "intermediate_size": 36,
            "num_heads": 2,
            "patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "temporal_patch_size": 2,
            "window_size": 2 * UNIT,
            "fullatt_block_indexes": [1, 3],
            "out_hidden_size": 72,
        },
        tie_word_embeddings=False,
        **tokens,
    )


def config_2(tokenizer):
    text, tokens = token_ids(tokenizer)
    return Qwen2VLConfig(
        text_config={
            "vocab_size": len(tokenizer) + 3,
            "hidden_size": 48,
            "intermediate_size": 72,
            "num_hidden_layers": 3,
            "num_attention_heads": 6,
            "num_key_value_heads": 2,
            "max_position_embeddings": 4096,
            "rms_norm_eps": 1e-6,
            "rope_parameters": {"rope_type": "default", "rope_theta": 40.0, "mrope_section": [1, 1, 2]},
            **text,
        },
        vision_config={
            "depth": 2,
            "embed_dim": 40,
            "hidden_size": 48,
            "mlp_ratio": 2,
            "num_heads": 2,
            "patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "temporal_patch_size": 2,
        },
        tie_word_embeddings=True,
        **tokens,
    )


def sections(order):
    def change(config):
        config.text_config.rope_parameters["mrope_section"] = order

    return change


def all_full(config):
    config.vision_config.fullatt_block_indexes = [0, 1, 2, 3]


def all_windows(config):
    config.vision_config.fullatt_block_indexes = []


def other_act(config):
    config.vision_config.hidden_act = "gelu"


def family(name, model_class, config, **more):
    return Family(
        name=name,
        model_class=model_class,
        form=FORM,
        image_token="<|image_pad|>",
        axes=3,
        make_config=config,
        make_image_processor=image_processor,
        image_inputs=image_inputs,
        relative=relative,
        pick=pick,
        cases=CASES,
        **more,
    )


QWEN25 = family(
    "tiny-qwen2.5-vl",
    Qwen2_5_VLForConditionalGeneration,
    config_25,
    dtype=torch.bfloat16,
    shard_bytes=125_000,
    ablations={
        "sections [5, 4, 3]": sections([5, 4, 3]),
        "sections [3, 5, 4]": sections([3, 5, 4]),
        "no window": all_full,
        "windows only": all_windows,
    },
)
QWEN2 = family(
    "tiny-qwen2-vl",
    Qwen2VLForConditionalGeneration,
    config_2,
    dtype=torch.float16,
    embedding_scale=0.12,
    ablations={"sections [2, 1, 1]": sections([2, 1, 1]), "gelu for quick_gelu": other_act},
)

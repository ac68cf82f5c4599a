"""Tiny Gemma 3: SigLIP, pooling, local and global layers, two-way attention between image tokens."""

import torch
from positions import line
from tiny_family import Case, Family
from tiny_tokenizers import Form
from transformers import Gemma3Config, Gemma3ForConditionalGeneration, SiglipVisionConfig
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil

SIDE = 24
TOKENS_PER_IMAGE = 9
WINDOW = 6
SPECIALS = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
SPECIALS += ["<start_of_image>", "<end_of_image>", "<image_soft_token>"]
FORM = Form(
    style="gemma",
    specials=SPECIALS,
    template="gemma3",
    eos="<eos>",
    pad="<pad>",
    bos="<bos>",
    unk="<unk>",
    named={
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
    },
)
ANY, OTHER = (SIDE, SIDE), (18, 31)


def wrapped(size):
    return ["<start_of_image>", size, "<end_of_image>"]


CASES = {
    "right-padded": Case([["<bos>", 3, *wrapped(ANY), 7], ["<bos>", *wrapped(OTHER), 2]]),
    "left-padded": Case([["<bos>", 4, *wrapped(OTHER), 5], ["<bos>", 1, *wrapped(ANY)]], padding="left"),
    "two-images": Case([["<bos>", 2, *wrapped(ANY), 3, *wrapped(OTHER), 4]]),
    "adjacent-images": Case([["<bos>", 3, "<start_of_image>", ANY, OTHER, "<end_of_image>", 5]]),
    "soft-capping": Case(
        [["<bos>", 3, *wrapped(ANY), 8]],
        changes={"attn_logit_softcapping": 1.5, "final_logit_softcapping": 3.0},
    ),
}


def image_processor():
    return Gemma3ImageProcessorPil(size={"height": SIDE, "width": SIDE})


def image_inputs(processor, pictures):
    return {"pixel_values": processor(pictures, return_tensors="pt")["pixel_values"]}


def relative(config, _images, _n):
    return line(config.mm_tokens_per_image)


def pick(inputs, first, last):
    return {"pixel_values": inputs["pixel_values"][first:last]}


def make_config(tokenizer):
    ids = dict(zip(SPECIALS, tokenizer.convert_tokens_to_ids(SPECIALS), strict=True))
    return Gemma3Config(
        text_config={
            "vocab_size": len(tokenizer) + 4,
            "hidden_size": 48,
            "intermediate_size": 40,
            "num_hidden_layers": 4,
            "num_attention_heads": 6,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "query_pre_attn_scalar": 22,
            "max_position_embeddings": 4096,
            "sliding_window": WINDOW,
            "layer_types": ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
            "rope_parameters": {
                "sliding_attention": {"rope_type": "default", "rope_theta": 30.0},
                "full_attention": {"rope_type": "linear", "factor": 3.0, "rope_theta": 400.0},
            },
            "pad_token_id": ids["<pad>"],
            "eos_token_id": ids["<eos>"],
            "bos_token_id": ids["<bos>"],
        },
        vision_config=SiglipVisionConfig(
            hidden_size=24,
            intermediate_size=40,
            num_hidden_layers=2,
            num_attention_heads=3,
            image_size=SIDE,
            patch_size=4,
            vision_use_head=False,
        ),
        mm_tokens_per_image=TOKENS_PER_IMAGE,
        boi_token_index=ids["<start_of_image>"],
        eoi_token_index=ids["<end_of_image>"],
        image_token_index=ids["<image_soft_token>"],
    )


def no_window(config):
    config.text_config.sliding_window = 1000


def wider_window(config):
    config.text_config.sliding_window = WINDOW + 1


def no_scaling(config):
    config.text_config.rope_parameters["full_attention"] = {"rope_type": "default", "rope_theta": 400.0}


def one_base(config):
    full = config.text_config.rope_parameters["full_attention"]
    config.text_config.rope_parameters["sliding_attention"] = dict(full)


def scale_of_head_size(config):
    config.text_config.query_pre_attn_scalar = 16


GEMMA3 = Family(
    name="tiny-gemma3",
    model_class=Gemma3ForConditionalGeneration,
    form=FORM,
    image_token="<image_soft_token>",
    axes=1,
    dtype=torch.bfloat16,
    make_config=make_config,
    make_image_processor=image_processor,
    image_inputs=image_inputs,
    relative=relative,
    pick=pick,
    cases=CASES,
    token_types=True,
    processor_settings={"processor_class": "Gemma3Processor", "image_seq_length": TOKENS_PER_IMAGE},
    embedding_scale=0.04,
    ablations={
        "no window": no_window,
        "window one wider": wider_window,
        "no rope scaling": no_scaling,
        "one rotary base": one_base,
        "scale of the head size": scale_of_head_size,
    },
)

"""Tiny LLaVA-NeXT with Mistral and with Llama 3, and tiny LLaVA-1.5 with Vicuna."""

import torch
from positions import line
from tiny_family import Case, Family
from tiny_tokenizers import Form
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    MistralConfig,
)
from transformers.image_processing_utils import select_best_resolution
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil

PATCH, SIDE = 4, 12
PINPOINTS = [[12, 24], [24, 12], [24, 24], [36, 12], [12, 36]]
WINDOW = 11
# Chosen for what unpadding does to them, named after what is left of the tiles' patches.
ROWS_4_OF_6 = (20, 33)
COLUMNS_4_OF_6 = (31, 19)
COLUMN_1_OF_3 = (50, 9)
ROWS_3_OF_3 = (10, 19)

SENTENCEPIECE = Form(
    style="mistral",
    specials=["<unk>", "<s>", "</s>", "<pad>", "<image>"],
    template="llava-mistral",
    eos="</s>",
    pad="<pad>",
    bos="<s>",
    unk="<unk>",
    named={"image_token": "<image>"},
    vocabulary=84,
)
VICUNA = Form(**{**vars(SENTENCEPIECE), "template": "vicuna"})
LLAMA3 = Form(
    style="byte-level",
    specials=["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"]
    + ["<|eot_id|>", "<pad>", "<image>"],
    template="llava-llama3",
    eos="<|eot_id|>",
    pad="<pad>",
    bos="<|begin_of_text|>",
    named={"image_token": "<image>"},
    vocabulary=84,
)


def next_cases(bos):
    return {
        "right-padded": Case([[bos, 2, ROWS_3_OF_3, 4], [bos, 1, COLUMN_1_OF_3, 2]]),
        "left-padded": Case([[bos, 1, ROWS_3_OF_3, 3], [bos, 5]], padding="left"),
        "two-images": Case([[bos, 2, COLUMNS_4_OF_6, 3, ROWS_4_OF_6, 4]]),
        "adjacent-images": Case([[bos, 3, COLUMN_1_OF_3, ROWS_3_OF_3, 5]]),
    }


def next_processor():
    return LlavaNextImageProcessorPil(
        size={"shortest_edge": SIDE},
        crop_size={"height": SIDE, "width": SIDE},
        image_grid_pinpoints=PINPOINTS,
    )


def llava_processor():
    return LlavaImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}, do_pad=False
    )


def next_inputs(processor, pictures):
    made = processor(pictures, return_tensors="pt")
    return {"pixel_values": made["pixel_values"], "image_sizes": torch.as_tensor(made["image_sizes"])}


def llava_inputs(processor, pictures):
    return {"pixel_values": processor(pictures, return_tensors="pt")["pixel_values"]}


def next_relative(config, images, n):
    """The base tile's patches, the unpadded patches of the others and a newline after each row."""
    height, width = images["image_sizes"][n].tolist()
    best = select_best_resolution((height, width), config.image_grid_pinpoints)
    rows, columns = (side // config.vision_config.patch_size for side in best)
    if width / height > columns / rows:
        rows -= (rows - int(round(height * columns / width, 7))) // 2 * 2
    else:
        columns -= (columns - int(round(width * rows / height, 7))) // 2 * 2
    base = (config.vision_config.image_size // config.vision_config.patch_size) ** 2
    return line(base + rows * columns + rows)


def llava_relative(config, _images, _n):
    return line((config.vision_config.image_size // config.vision_config.patch_size) ** 2)


def pick(inputs, first, last):
    names = ("pixel_values", "image_sizes")
    return {name: inputs[name][first:last] for name in names if name in inputs}


def special_ids(tokenizer):
    return {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def clip(hidden, heads, activation):
    return CLIPVisionConfig(
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=3,
        num_attention_heads=heads,
        image_size=SIDE,
        patch_size=PATCH,
        hidden_act=activation,
        projection_dim=16,
    )


def mistral_config(tokenizer):
    text = MistralConfig(
        vocab_size=len(tokenizer) + 4,
        hidden_size=48,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=24,
        sliding_window=WINDOW,
        rms_norm_eps=1e-5,
        max_position_embeddings=4096,
        rope_parameters={"rope_type": "default", "rope_theta": 90.0},
        **special_ids(tokenizer),
    )
    return LlavaNextConfig(
        vision_config=clip(40, 5, "quick_gelu"),
        text_config=text,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=PINPOINTS,
        image_seq_length=9,
    )


def llama3_config(tokenizer):
    text = LlamaConfig(
        vocab_size=len(tokenizer) + 2,
        hidden_size=56,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=7,
        num_key_value_heads=1,
        head_dim=16,
        rms_norm_eps=1e-5,
        max_position_embeddings=512,
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 500.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        },
        **special_ids(tokenizer),
    )
    return LlavaNextConfig(
        vision_config=clip(24, 3, "quick_gelu"),
        text_config=text,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=PINPOINTS,
        image_seq_length=9,
    )


def vicuna_config(tokenizer):
    text = LlamaConfig(
        vocab_size=len(tokenizer) + 3,
        hidden_size=40,
        intermediate_size=72,
        num_hidden_layers=3,
        num_attention_heads=5,
        rms_norm_eps=1e-5,
        max_position_embeddings=4096,
        rope_parameters={"rope_type": "linear", "factor": 2.5, "rope_theta": 100.0},
        **special_ids(tokenizer),
    )
    return LlavaConfig(
        vision_config=clip(32, 4, "quick_gelu"),
        text_config=text,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=9,
    )


def no_window(config):
    config.text_config.sliding_window = None


def wider_window(config):
    config.text_config.sliding_window = WINDOW + 1


def no_scaling(config):
    theta = config.text_config.rope_parameters["rope_theta"]
    config.text_config.rope_parameters = {"rope_type": "default", "rope_theta": theta}


def exact_gelu(config):
    config.vision_config.hidden_act = "gelu"


def last_layer(config):
    config.vision_feature_layer = -1


def family(name, form, config, ablations, processor_class, **more):
    settings = {
        "processor_class": processor_class,
        "image_token": "<image>",
        "patch_size": PATCH,
        "num_additional_image_tokens": 1,
        "vision_feature_select_strategy": "default",
    }
    return Family(
        name=name,
        form=form,
        image_token="<image>",
        axes=1,
        dtype=torch.float16,
        make_config=config,
        pick=pick,
        processor_settings=settings,
        ablations={"last layer of CLIP": last_layer, "gelu for quick_gelu": exact_gelu, **ablations},
        **more,
    )


def next_family(name, form, config, ablations, **more):
    return family(
        name,
        form,
        config,
        ablations,
        model_class=LlavaNextForConditionalGeneration,
        processor_class="LlavaNextProcessor",
        make_image_processor=next_processor,
        image_inputs=next_inputs,
        relative=next_relative,
        cases=next_cases(form.bos),
        **more,
    )


MISTRAL = next_family(
    "tiny-llava-next-mistral",
    SENTENCEPIECE,
    mistral_config,
    {"no window": no_window, "window one wider": wider_window},
)
LLAMA_3 = next_family(
    "tiny-llava-next-llama3",
    LLAMA3,
    llama3_config,
    {"no rope scaling": no_scaling},
    shard_bytes=110_000,
)
VICUNA_15 = family(
    "tiny-llava-1.5-vicuna",
    VICUNA,
    vicuna_config,
    {"no rope scaling": no_scaling},
    model_class=LlavaForConditionalGeneration,
    processor_class="LlavaProcessor",
    make_image_processor=llava_processor,
    image_inputs=llava_inputs,
    relative=llava_relative,
    cases={
        "right-padded": Case([["<s>", 3, (20, 31), 6], ["<s>", 1, (25, 13), 2]]),
        "left-padded": Case([["<s>", 4, (12, 12), 5], ["<s>", (9, 40), 2]], padding="left"),
        "two-images": Case([["<s>", 2, (20, 31), 3, (25, 13), 4]]),
        "adjacent-images": Case([["<s>", 3, (20, 31), (25, 13), 5]]),
    },
)

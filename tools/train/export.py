"""Writes a Hugging Face LLaVA folder from the checkpoints of the two stages."""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlavaForConditionalGeneration

import tokenizer as tokens_of
from data import CELLS, MEAN, STD, read_names
from decoder import Decoder, DecoderConfig
from stage2 import load_tower
from tower import Tower


def vision_tensors(tower: Tower) -> dict[str, torch.Tensor]:
    """The tower under CLIPVisionModel's names; the factors of the positions are added up here."""
    cfg, v = tower.cfg, "vision_tower.vision_model."
    d = cfg.hidden
    out = {
        v + "embeddings.class_embedding": tower.class_embedding,
        v + "embeddings.patch_embedding.weight": tower.patch_embedding.weight.view(d, 3, cfg.patch, cfg.patch),
        v + "embeddings.position_embedding.weight": tower.positions(),
        v + "pre_layrnorm.weight": tower.pre_layernorm.weight,
        v + "pre_layrnorm.bias": tower.pre_layernorm.bias,
        # LLaVA reads the last hidden state, before this layer: it is never used.
        v + "post_layernorm.weight": torch.ones(d),
        v + "post_layernorm.bias": torch.zeros(d),
    }
    for i, block in enumerate(tower.blocks):
        at = f"{v}encoder.layers.{i}."
        for part, weight, bias in zip("qkv", block.qkv.weight.chunk(3), block.qkv.bias.chunk(3)):
            out |= {f"{at}self_attn.{part}_proj.weight": weight, f"{at}self_attn.{part}_proj.bias": bias}
        for theirs, module in (("self_attn.out_proj", block.out_proj), ("layer_norm1", block.layer_norm1), ("layer_norm2", block.layer_norm2), ("mlp.fc1", block.fc1), ("mlp.fc2", block.fc2)):
            out |= {f"{at}{theirs}.weight": module.weight, f"{at}{theirs}.bias": module.bias}
    return out


def projector_tensors(tower: Tower, shift: torch.Tensor, matrix: torch.Tensor) -> dict[str, torch.Tensor]:
    """The projector, with the whitening of its outputs folded into the second layer."""
    m = "multi_modal_projector."
    return {
        m + "linear_1.weight": tower.linear_1.weight, m + "linear_1.bias": tower.linear_1.bias,
        m + "linear_2.weight": matrix.T @ tower.linear_2.weight, m + "linear_2.bias": (tower.linear_2.bias - shift) @ matrix,
    }


def decoder_tensors(decoder: Decoder) -> dict[str, torch.Tensor]:
    """The decoder under Llama's names; the output embeddings are tied, hence absent."""
    t = "language_model.model."
    out = {t + "embed_tokens.weight": decoder.embed_tokens.weight, t + "norm.weight": decoder.norm.weight}
    for i, layer in enumerate(decoder.layers):
        at = f"{t}layers.{i}."
        for part in "qkvo":
            out[f"{at}self_attn.{part}_proj.weight"] = getattr(layer, f"{part}_proj").weight
        for part in ("gate", "up", "down"):
            out[f"{at}mlp.{part}_proj.weight"] = getattr(layer, f"{part}_proj").weight
        out[f"{at}input_layernorm.weight"] = layer.input_layernorm.weight
        out[f"{at}post_attention_layernorm.weight"] = layer.post_attention_layernorm.weight
    return out


def configs(tower: Tower, cfg: DecoderConfig, ids: dict[str, int]) -> dict[str, dict]:
    """config.json and its companions, in the layout of the published LLaVA 1.5 checkpoints."""
    v = tower.cfg
    special = {"bos_token_id": ids["<s>"], "eos_token_id": ids["</s>"], "pad_token_id": ids["<pad>"]}
    return {
        "config.json": {
            "architectures": ["LlavaForConditionalGeneration"], "model_type": "llava",
            "ignore_index": -100, "image_token_index": ids["<image>"], "image_seq_length": (v.image // v.patch) ** 2,
            "projector_hidden_act": "gelu", "multimodal_projector_bias": True,
            "vision_feature_layer": -1, "vision_feature_select_strategy": "default",
            "tie_word_embeddings": True, "torch_dtype": "float16", "pad_token_id": ids["<pad>"],
            "text_config": {
                "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": cfg.vocab, "hidden_size": cfg.hidden,
                "intermediate_size": cfg.mlp, "num_hidden_layers": cfg.layers, "num_attention_heads": cfg.heads,
                "num_key_value_heads": cfg.heads, "head_dim": cfg.hidden // cfg.heads, "hidden_act": "silu",
                "max_position_embeddings": 2048, "rms_norm_eps": cfg.eps, "rope_theta": cfg.theta, "attention_bias": False,
                "mlp_bias": False, "tie_word_embeddings": True, "torch_dtype": "float16", **special,
            },
            "vision_config": {
                "model_type": "clip_vision_model", "image_size": v.image, "patch_size": v.patch, "num_channels": 3,
                "hidden_size": v.hidden, "intermediate_size": v.mlp, "num_hidden_layers": v.layers,
                "num_attention_heads": v.heads, "projection_dim": v.projected, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5,
            },
        },
        "generation_config.json": {**special, "do_sample": False, "max_new_tokens": 16},
        "preprocessor_config.json": {
            "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True, "do_resize": True, "size": {"height": v.image, "width": v.image},
            "resample": 3, "do_center_crop": False, "crop_size": {"height": v.image, "width": v.image},
            "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": list(MEAN), "image_std": list(STD),
        },
        "processor_config.json": {
            "processor_class": "LlavaProcessor", "image_token": "<image>", "patch_size": v.patch,
            "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "processor_class": "LlavaProcessor", "bos_token": "<s>", "eos_token": "</s>",
            "pad_token": "<pad>", "image_token": "<image>", "extra_special_tokens": {"image_token": "<image>"}, "padding_side": "right",
            "clean_up_tokenization_spaces": False, "model_max_length": 2048, "chat_template": tokens_of.CHAT_TEMPLATE,
            "added_tokens_decoder": {str(ids[t]): {"content": t, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True} for t in tokens_of.SPECIAL},
        },
        "special_tokens_map.json": {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "image_token": "<image>"},
        "chat_template.json": {"chat_template": tokens_of.CHAT_TEMPLATE},
    }


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--decoder", required=True, help="decoder.pt of stage 2")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    state = torch.load(a.decoder, weights_only=False)
    tower, _ = load_tower(state["tower"])
    decoder = Decoder(DecoderConfig(**state["config"]))
    decoder.load_state_dict(state["decoder"])

    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = tokens_of.save(read_names(state["vocabulary"]), CELLS, out / "tokenizer.json")
    ids = {t: tokenizer.token_to_id(t) for t in tokens_of.SPECIAL}
    tensors = vision_tensors(tower) | projector_tensors(tower, state["shift"], state["matrix"]) | decoder_tensors(decoder)
    assert max(t.abs().max().item() for t in tensors.values()) < 6e4
    save_file({k: v.detach().half().contiguous() for k, v in tensors.items()}, str(out / "model.safetensors"), metadata={"format": "pt"})
    for name, content in configs(tower, decoder.cfg, ids).items():
        (out / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    (out / "chat_template.jinja").write_text(tokens_of.CHAT_TEMPLATE)

    model, info = LlavaForConditionalGeneration.from_pretrained(out, dtype=torch.float32, output_loading_info=True)
    print({k: v for k, v in info.items() if v})
    print(f"{sum(x.numel() for x in model.parameters()):,} parameters, {sum(f.stat().st_size for f in out.iterdir()):,} bytes")
    pixels = torch.randn(2, 3, 168, 168, generator=torch.Generator().manual_seed(0))
    theirs = model.get_image_features(pixel_values=pixels)
    theirs = torch.cat(list(theirs if isinstance(theirs, (list, tuple)) else theirs.pooler_output)).view(2, 144, -1)
    with torch.no_grad():
        ours = (tower(pixels) - state["shift"]) @ state["matrix"]
    print(f"image features differ by {(theirs - ours).abs().max():.1e} (float16 weights), their size {ours.abs().max():.2f}")


if __name__ == "__main__":
    main()

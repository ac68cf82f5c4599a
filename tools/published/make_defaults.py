"""What the published files leave out, and what the code of their time puts there.

    pip install transformers==4.50.0
    python tools/published/make_defaults.py [data/published/<owner>--<name> ...]

The published JSON files were written by transformers 4.36 to 4.50 and name only some fields; the
rest is a default of the class that reads them. This recipe reads each file with those classes and
writes the missing fields that a graph or a pixel tensor depends on to `defaults.json`, each with
the class and argument that it comes from. It wants 4.50.0, whose classes still read the published
layout as it is; transformers 5 moves fields to other names.
"""

import argparse
import inspect
import json
from pathlib import Path

import transformers
from transformers import AutoConfig

ROOT = Path("data/published")
VERSION = "4.50.0"

LLAMA = "hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads"
LLAMA += " hidden_act rms_norm_eps rope_theta rope_scaling attention_bias mlp_bias"
MISTRAL = "hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads"
MISTRAL += " head_dim hidden_act rms_norm_eps rope_theta sliding_window"
GEMMA = "vocab_size max_position_embeddings num_attention_heads num_key_value_heads head_dim"
GEMMA += " hidden_activation rms_norm_eps rope_theta rope_local_base_freq query_pre_attn_scalar"
GEMMA += " sliding_window_pattern attention_bias attn_logit_softcapping final_logit_softcapping"
CLIP = "hidden_act layer_norm_eps num_channels"
LLAVA = "projector_hidden_act multimodal_projector_bias image_seq_length tie_word_embeddings"

FIELDS = {
    "llava": {"": LLAVA, "text_config": LLAMA, "vision_config": CLIP},
    "llava_next": {"": LLAVA, "text_config": LLAMA, "vision_config": CLIP},
    "gemma3": {"": "tie_word_embeddings", "text_config": GEMMA, "vision_config": CLIP},
    "qwen2_vl": {"": "", "vision_config": "hidden_act in_channels"},
    "qwen2_5_vl": {"": "", "vision_config": "in_channels"},
}
PIXELS = "do_resize resample do_rescale rescale_factor do_normalize do_convert_rgb do_pad"


def config_defaults(published: dict) -> dict:
    settings = {key: value for key, value in published.items() if key != "model_type"}
    whole = AutoConfig.for_model(published["model_type"], **settings)
    found = {}
    for part, names in FIELDS[published["model_type"]].items():
        config = getattr(whole, part) if part else whole
        written = published[part] if part else published
        if type(config).__name__ == "MistralConfig":
            names = MISTRAL
        for name in names.split():
            if name not in written:
                path = f"{part}.{name}" if part else name
                found[path] = fact(getattr(config, name), type(config), name)
    return found


def pixel_defaults(published: dict) -> dict:
    cls = getattr(transformers, published["image_processor_type"])
    processor = cls.from_dict(published)
    return {
        name: fact(getattr(processor, name), cls, name)
        for name in PIXELS.split()
        if name not in published and hasattr(processor, name)
    }


def fact(value: object, cls: type, name: str) -> dict:
    """A value with the argument it comes from; one that the class computes says so."""
    owner = f"transformers {VERSION}: {cls.__name__}"
    argument = inspect.signature(cls.__init__).parameters.get(name)
    if argument is None:
        return {"value": value, "source": f"{owner} (inherited or computed: {name})"}
    if plain(argument.default) != plain(value):
        return {"value": value, "source": f"{owner}.{name} (computed from other fields)"}
    return {"value": value, "source": f"{owner}.{name}"}


def plain(value: object) -> object:
    return getattr(value, "value", value)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    if transformers.__version__ != VERSION:
        found = transformers.__version__
        raise SystemExit(f"transformers {VERSION} is needed, {found} is installed; install it.")
    for folder in options.folders or sorted(path for path in ROOT.iterdir() if path.is_dir()):
        found = {
            "config.json": config_defaults(json.loads((folder / "config.json").read_text())),
            "preprocessor_config.json": pixel_defaults(
                json.loads((folder / "preprocessor_config.json").read_text())
            ),
        }
        (folder / "defaults.json").write_text(json.dumps(found, indent=2) + "\n")
        print(f"{folder.name}: {sum(map(len, found.values()))} fields")


if __name__ == "__main__":
    main()

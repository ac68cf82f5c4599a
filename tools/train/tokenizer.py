"""The tokenizer: byte-level BPE, so that any caption a user types has tokens.

It is trained on the names and the prompts, weighted so that every word of them,
with and without a space before it, ends up as one token.
"""

import re
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

PROBE = (
    "Determine if there is a sub-image in the given image that matches the text following.\n"
    "Text: {caption}\n"
    "The answer should only contain 'Yes' or 'No', without reasoning process.\n"
)
SHORT_PROBE = "Is there a {caption} in the image?"
CELL_QUESTION = "What is in the {cell} cell?"
PICTURE_QUESTION = "What is in the picture?"
SPECIAL = ["<s>", "</s>", "<pad>", "<image>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] != 'assistant' %}"
    "{{ 'USER: ' }}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] }}{% endfor %}"
    "{% endif %}{{ ' ' }}"
    "{% else %}"
    "{{ 'ASSISTANT: ' }}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] }}{% endfor %}"
    "{% endif %}{{ '</s>' }}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def prompt(text: str) -> str:
    """What the chat template makes of one image and a text."""
    return f"USER: <image>\n{text} ASSISTANT:"


def caption_of(name: str) -> str:
    return name.replace("-", " ")


def cell_phrase(cell: str) -> str:
    return cell.replace("_", " ")


def build(names: list[str], cells: list[str]) -> Tokenizer:
    """Trains the BPE; the corpus repeats each word often, in both of its forms."""
    texts = [prompt(PROBE), prompt(PICTURE_QUESTION)] + [prompt(CELL_QUESTION.format(cell=cell_phrase(c))) for c in cells]
    words = sorted({w for n in names for w in caption_of(n).split()} | {w for t in texts for w in re.findall(r"[A-Za-z]+", t)} | {"Yes", "No", "yes", "no"})
    corpus = [f"{w} {w}" for w in words for _ in range(50)] + texts * 50
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096, min_frequency=40, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    bos = tokenizer.token_to_id("<s>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", bos)]),
    ])
    split = [w for w in words for form in (w, " " + w) if len(tokenizer.encode(form, add_special_tokens=False).ids) != 1]
    print(f"{len(words)} words, vocabulary {tokenizer.get_vocab_size()}, split words {split}")
    return tokenizer


def wrap(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>", padding_side="right",
        additional_special_tokens=["<image>"], clean_up_tokenization_spaces=False, model_max_length=2048,
        chat_template=CHAT_TEMPLATE, extra_special_tokens={"image_token": "<image>"},
    )


def save(names: list[str], cells: list[str], path: Path) -> Tokenizer:
    tokenizer = build(names, cells)
    tokenizer.save(str(path))
    return tokenizer

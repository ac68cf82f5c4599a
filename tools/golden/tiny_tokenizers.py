"""Tiny tokenizers in the published families' forms, trained on the spot.

The vocabulary holds the characters of `CORPUS` alone, which keeps logits small: other characters
become `<unk>` (SentencePiece forms) or vanish (byte-level forms). The published SentencePiece forms
fall back to bytes instead.
"""

from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import ByteLevel, Sequence, TemplateProcessing
from transformers import PreTrainedTokenizerFast

CORPUS = [
    "Determine if there is a sub-image in the given image that matches the text following.\n"
    "Text: red apple\n"
    "The answer should only contain 'Yes' or 'No', without reasoning process.\n",
    "What is shown in this picture?\n\nCompare both pictures.\n",
    "You are a helpful assistant.\n",
    "system user assistant model USER: ASSISTANT: [INST] [/INST] <<SYS>> <</SYS>>\n",
    "Yes No Yes No\n",
    "the quick brown fox jumps over the lazy dog\n",
]
WORD_SPLIT = Regex(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True)
class Form:
    """One family's tokenizer: its special tokens first in the vocabulary, in this order."""

    style: str  # byte-level, mistral or gemma
    specials: list[str]
    template: str
    eos: str
    pad: str
    bos: str | None = None
    unk: str | None = None
    named: dict[str, str] = field(default_factory=dict)  # tokens that the processor asks for by name
    vocabulary: int = 100


def build(form: Form) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(unk_token=form.unk, fuse_unk=form.style != "byte-level"))
    if form.style == "byte-level":
        tokenizer.normalizer = normalizers.NFC()
        split = pre_tokenizers.Split(WORD_SPLIT, behavior="isolated")
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
        tokenizer.decoder = decoders.ByteLevel()
    elif form.style == "gemma":
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
        tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse()])
    else:
        # Each stretch of text between special tokens gets its own leading ▁, as in the published file.
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
        tokenizer.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        )
    trainer = trainers.BpeTrainer(
        vocab_size=form.vocabulary, special_tokens=form.specials, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    if form.bos is not None:
        bos = TemplateProcessing(
            single=f"{form.bos} $A",
            pair=f"{form.bos} $A {form.bos}:1 $B:1",
            special_tokens=[(form.bos, tokenizer.token_to_id(form.bos))],
        )
        byte_level = form.style == "byte-level"
        tokenizer.post_processor = Sequence([ByteLevel(trim_offsets=False), bos]) if byte_level else bos
    elif form.style == "byte-level":
        tokenizer.post_processor = ByteLevel(trim_offsets=False)
    template = Path(__file__).parent / "templates" / f"{form.template}.jinja"
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=form.bos,
        eos_token=form.eos,
        pad_token=form.pad,
        unk_token=form.unk,
        extra_special_tokens=form.named,
        chat_template=template.read_text().strip(),
        clean_up_tokenization_spaces=False,
        model_max_length=4096,
    )

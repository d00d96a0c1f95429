"""Names of persons in free text, found by Presidio's language models where they are installed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

_MOST = 50
_LONGEST = 500
_SURE = 0.6


def share_of_persons(texts: Sequence[str]) -> float:
    """Return how many of the texts name a person, 0 where Presidio or a language model is missing.

    At most fifty texts are read, some 5 ms each. Nothing is downloaded: only models of spaCy that are there
    are used, each for its own language.
    """
    engine = _engine()
    if engine is None or not texts:
        return 0.0
    step = -(-len(texts) // _MOST)
    seen = [text[:_LONGEST] for text in texts[::step]]
    return max(_share(engine, language, seen) for language in engine.supported_languages)


@cache
def _engine() -> AnalyzerEngine | None:
    """Return the engine on all installed models, made once."""
    if find_spec("presidio_analyzer") is None or find_spec("spacy") is None:
        return None
    import spacy.util
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = {name[:2]: name for name in sorted(spacy.util.get_installed_models())}
    if not models:
        return None
    named = [{"lang_code": language, "model_name": name} for language, name in models.items()]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": named})
    return AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=list(models))


def _share(engine: AnalyzerEngine, language: str, texts: Sequence[str]) -> float:
    found = (
        engine.analyze(text=text, language=language, entities=["PERSON"], score_threshold=_SURE)
        for text in texts
    )
    return sum(map(bool, found)) / len(texts)

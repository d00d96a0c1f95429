"""Where Presidio and a language model are installed, names in free text are found; elsewhere nothing changes."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

from jupyter_mlops.data.privacy import presidio
from jupyter_mlops.data.privacy.masking import plan
from jupyter_mlops.data.privacy.scan import scan

TEXTS = [f"Yesterday I met John Whitaker in the shop, and he asked for order {n}." for n in range(60)]
FRAME = pd.DataFrame({"note": TEXTS})


@pytest.fixture(autouse=True)
def _fresh() -> None:
    presidio._engine.cache_clear()


class Engine:
    """An analyzer that knows one name, and counts what it reads."""

    supported_languages = ("en",)
    read = 0

    def analyze(
        self, *, text: str, language: str, entities: list[str], score_threshold: float
    ) -> list[object]:
        self.read += 1
        assert (language, entities, score_threshold > 0) == ("en", ["PERSON"], True)
        return [SimpleNamespace(entity_type="PERSON")] if "John Whitaker" in text else []


class TestWithout:
    def test_nothing_is_found_and_nothing_breaks(self, monkeypatch):
        """No package, or no model: free text is searched by rules only."""
        monkeypatch.setattr(presidio, "find_spec", lambda _: None)
        assert scan(FRAME) == ()

    def test_no_model_is_downloaded(self, monkeypatch):
        """A package without an installed model is as good as none."""
        monkeypatch.setattr(presidio, "find_spec", lambda _: object())
        spacy, util, analyzer = ModuleType("spacy"), ModuleType("spacy.util"), ModuleType("presidio_analyzer")
        nlp = ModuleType("presidio_analyzer.nlp_engine")
        util.get_installed_models, spacy.util = list, util
        analyzer.AnalyzerEngine = nlp.NlpEngineProvider = lambda **_: pytest.fail("an engine was made")
        for module in (spacy, util, analyzer, nlp):
            monkeypatch.setitem(sys.modules, module.__name__, module)
        assert presidio.share_of_persons(TEXTS) == 0.0


class TestWith:
    def test_names_in_texts_are_found(self, monkeypatch):
        """From at most fifty texts; and the whole text is taken out when it is masked."""
        engine = Engine()
        monkeypatch.setattr(presidio, "_engine", lambda: engine)
        (found,) = scan(FRAME)
        assert (found.kind, found.inside, engine.read <= 50) == ("text", ("name",), True)
        assert plan(FRAME, (), None, [found]) == {"note": {"how": "redact", "kind": None}}

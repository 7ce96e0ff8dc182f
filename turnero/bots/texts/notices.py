"""The texts of notices, by language."""

from __future__ import annotations

from collections.abc import Mapping

from turnero.bots.texts.formats import Language
from turnero.bots.texts.notices_en import NOTICES_EN
from turnero.bots.texts.notices_es import NOTICES_ES
from turnero.bots.texts.notices_model import NoticeTexts
from turnero.bots.texts.notices_pt import NOTICES_PT

NOTICES: Mapping[Language, NoticeTexts] = {"es": NOTICES_ES, "en": NOTICES_EN, "pt": NOTICES_PT}

"""All texts, in one place per language, and how dates, times and money are written.

`formats` writes dates, times and money. `model` names every text of the conversation; `es`, `en` and `pt` fill them.
Texts of notices are beside them, in modules of their own (`notices_es` and so on).
"""

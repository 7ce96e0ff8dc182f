"""All texts, in one place per language, and how dates, times and money are written."""

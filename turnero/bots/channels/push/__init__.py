"""Web push: short news on the screens of those who asked for it in their browser. Nobody answers by it."""

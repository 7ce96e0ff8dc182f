"""The calendar on the web: how people get in, and the pages and scripts that their browsers are given.

Everything that a page shows or does goes through the public API and the stream; here is only what a browser needs
beside them.
"""

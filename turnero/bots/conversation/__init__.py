"""The conversation: a pure core. What was said goes in; a new state, things to do, and replies come out."""

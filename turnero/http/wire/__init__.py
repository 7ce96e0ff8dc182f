"""What goes over the wire, and nothing of how: pure, so that REST and the gateway speak one language."""

"""The tests mirror the package; `contracts/` runs one suite on every implementation of a port."""

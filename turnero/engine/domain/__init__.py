"""The functional core: values, rules, `decide` and `evolve`. No I/O, no clock, no threads, no logging."""

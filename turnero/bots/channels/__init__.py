"""Ways to reach people, each in a file of its own. They decide nothing."""

"""What is wrong with a program: from output of many tools to failures, and from runs to suspicious lines."""

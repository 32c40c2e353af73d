"""Small changes that may repair a program, tried one by one; what passes is told apart and ranked."""

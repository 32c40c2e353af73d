"""Runs a project's tests, as it is and with changes tried on it, and says exactly what each test did."""

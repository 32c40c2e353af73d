"""What ``serving.py`` measures, a section a file, and the servers and clients it measures with."""

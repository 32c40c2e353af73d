"""What ``video.py`` measures, a section a file."""
